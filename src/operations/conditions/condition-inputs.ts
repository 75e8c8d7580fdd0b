import type { Attestation } from '../../attestation/index.ts';
import type { KeyRow, Tag } from '../../domain/index.ts';
import type { ContextValue } from '../../policy/index.ts';
import type { Target } from '../operation.ts';
import type { PerformRequest } from '../request.ts';
import type { ResolvedTarget } from '../resolved-target.ts';

/** The inputs of condition keys: the request, and the target that is being authorized. */
export interface ConditionInputs {
  readonly request: Pick<
    PerformRequest,
    'caller' | 'region' | 'input' | 'sourceIp' | 'userAgent' | 'secure'
  >;
  /** The requested IAM action, such as `kms:ReEncryptFrom`. */
  readonly action: string;
  readonly target: Target;
  readonly resolved: ResolvedTarget;
  /** All targets of the request, by name. */
  readonly allResolved: Readonly<Record<string, ResolvedTarget>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The verified attestation document of the request, if it has one. */
  readonly attestation: Attestation | undefined;
  /** Names of the key's aliases. Read from the store in advance, only if a policy tests them. */
  readonly aliases: readonly string[] | undefined;
  /** Whole days since the key was last used. Read in advance, as `aliases`. */
  readonly idleDays: number | undefined;
}

/** Reads one condition key. Returns undefined if the request does not have it. */
export type ConditionKeyReader = (inputs: ConditionInputs) => ContextValue | undefined;
/** Reads a condition key that ends in a name, such as a tag's key. `name` is in lower case. */
export type NamedKeyReader = (inputs: ConditionInputs, name: string) => string | undefined;

/**
 * Returns a member of the input. The decoder has given it the type that its name has in the
 * contract.
 */
export function member(inputs: ConditionInputs, name: string): unknown {
  return (inputs.request.input as Readonly<Record<string, unknown>>)[name];
}

export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Returns a reader for a member of the input, as a string. */
export function fromInput(name: string): ConditionKeyReader {
  return (inputs) => text(member(inputs, name));
}

/** Returns the KMS key that is being authorized. */
export function keyOf({ resolved }: ConditionInputs): KeyRow | undefined {
  return resolved.kind === 'key' ? resolved.key : undefined;
}

/** Converts the tags in an input of any service. */
export function tagsOf(list: unknown): Tag[] | undefined {
  if (!Array.isArray(list)) return undefined;
  // KMS names the members TagKey and TagValue; CloudHSM, IAM and STS name them Key and Value.
  return list.map((tag: Readonly<Record<string, string>>) => ({
    key: tag['TagKey'] ?? tag['Key'] ?? '',
    value: tag['TagValue'] ?? tag['Value'] ?? '',
  }));
}

/**
 * Returns the value of a pair by its name in lower case: names in condition keys are
 * case-insensitive.
 */
export function valueOf(
  pairs: Readonly<Record<string, string>> | undefined,
  name: string,
): string | undefined {
  for (const key in pairs) {
    if (key.toLowerCase() === name) return pairs[key];
  }
  return undefined;
}

export function tagValue(tags: readonly Tag[] | undefined, name: string): string | undefined {
  return tags?.find(({ key }) => key.toLowerCase() === name)?.value;
}

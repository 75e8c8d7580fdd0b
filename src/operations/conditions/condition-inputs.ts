import type { Attestation } from '../../attestation/index.ts';
import type { KeyRow, Tag } from '../../domain/index.ts';
import type { ContextValue } from '../../policy/index.ts';
import type { Target } from '../operation.ts';
import type { PerformRequest } from '../request.ts';
import type { ResolvedTarget } from '../resolved-target.ts';

/** All that a condition key can be read from: the request, and the target that is being authorised. */
export interface ConditionInputs {
  readonly request: Pick<
    PerformRequest,
    'caller' | 'region' | 'input' | 'sourceIp' | 'userAgent' | 'secure'
  >;
  /** The IAM action asked for: `kms:ReEncryptFrom`. */
  readonly action: string;
  readonly target: Target;
  readonly resolved: ResolvedTarget;
  /** Every target of the request. */
  readonly allResolved: Readonly<Record<string, ResolvedTarget>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the request's attestation document proves, if it has one that is to be believed. */
  readonly attestation: Attestation | undefined;
  /** The names of the key's aliases; read from the store beforehand if a policy asks for them. */
  readonly aliases: readonly string[] | undefined;
  /** Whole days since the key was last used; read as the aliases are. */
  readonly idleDays: number | undefined;
}

/** Undefined if the request has no such key. */
export type ConditionKeyReader = (inputs: ConditionInputs) => ContextValue | undefined;
/** For keys that end in a name of the request's choice; `name` is in lower case. */
export type NamedKeyReader = (inputs: ConditionInputs, name: string) => string | undefined;

/** The input's members by name. The decoder has given each the type that its name has in the contract. */
export function member(inputs: ConditionInputs, name: string): unknown {
  return (inputs.request.input as Readonly<Record<string, unknown>>)[name];
}

export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A member of the input as a text, if it is there. */
export function fromInput(name: string): ConditionKeyReader {
  return (inputs) => text(member(inputs, name));
}

/** The key that is being authorised for. */
export function keyOf({ resolved }: ConditionInputs): KeyRow | undefined {
  return resolved.kind === 'key' ? resolved.key : undefined;
}

/** Tags as any service's input has them. */
export function tagsOf(list: unknown): Tag[] | undefined {
  if (!Array.isArray(list)) return undefined;
  // KMS calls the members TagKey and TagValue, CloudHSM, IAM and STS Key and Value.
  return list.map((tag: Readonly<Record<string, string>>) => ({
    key: tag['TagKey'] ?? tag['Key'] ?? '',
    value: tag['TagValue'] ?? tag['Value'] ?? '',
  }));
}

/** By a name in lower case: the names in condition keys don't mind case. */
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

import type { Principal } from '../../domain/index.ts';
import type { ContextValue, RequestContext } from '../../policy/index.ts';
import type { ConditionInputs } from '../conditions/condition-inputs.ts';
import { multiValuedKeys, requestContext } from '../conditions/request-context.ts';
import type { ResolvedTarget } from '../resolved-target.ts';

/** A hypothetical request, and the values that its conditions would see. */
export interface Hypothesis {
  readonly principal: Principal;
  readonly action: string;
  readonly region: string;
  readonly resolved: ResolvedTarget;
  readonly now: number;
  readonly aliases: readonly string[] | undefined;
  /** Given values by condition key, in any case. */
  readonly given: Readonly<Record<string, readonly string[]>>;
}

/**
 * Condition keys that do not depend on the request: about the principal, the resource and the time.
 */
const settled =
  /^(?:aws:(?:principal(?:arn|account|type|tag\/.+|isawsservice)|userid|username|requestedregion|currenttime|epochtime|resourceaccount|resourcetag\/.+|sourceidentity|federatedprovider|viaawsservice)|kms:(?:calleraccount|keyspec|keyusage|keyorigin|customermasterkeyspec|customermasterkeyusage|multiregion|multiregionkeytype|resourcealiases|viaservice|grantisforawsresource))$/;

export interface HypotheticalContext {
  readonly context: RequestContext;
  /** The condition keys that a policy tested and that have no known value. */
  readonly unknown: ReadonlySet<string>;
  readonly encryptionContext: Readonly<Record<string, string>> | undefined;
}

/**
 * Creates the request context: given values first, then keys that do not depend on the request. All
 * others are absent, and recorded if a policy tests them.
 */
export function hypotheticalContext({
  principal,
  region,
  given,
  ...rest
}: Hypothesis): HypotheticalContext {
  const request = {
    caller: principal,
    region,
    input: {},
    sourceIp: '',
    userAgent: '',
    secure: false,
  };
  const inputs: ConditionInputs = {
    ...rest,
    request,
    target: { on: 'service' },
    allResolved: {},
    attestation: undefined,
    idleDays: undefined,
  };
  const derived = requestContext(inputs);
  const values = new Map(
    Object.entries(given).map(([key, list]) => [
      key.toLowerCase(),
      valueOf(key.toLowerCase(), list),
    ]),
  );
  const unknown = new Set<string>();
  return {
    unknown,
    encryptionContext: encryptionContextOf(given),
    context: (key) => {
      if (values.has(key)) return values.get(key);
      if (settled.test(key)) return derived(key);
      unknown.add(key);
      return undefined;
    },
  };
}

function valueOf(key: string, list: readonly string[]): ContextValue | undefined {
  return multiValuedKeys.has(key) || list.length > 1 ? list : list[0];
}

const PREFIX = 'kms:encryptioncontext:';

/** Collects the pairs of the encryption context, whose names are part of condition keys. */
function encryptionContextOf(given: Hypothesis['given']): Record<string, string> | undefined {
  const pairs = Object.entries(given).filter(([key]) => key.toLowerCase().startsWith(PREFIX));
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(pairs.map(([key, [value = '']]) => [key.slice(PREFIX.length), value]));
}

import type { ContextValue, RequestContext } from '../../policy/index.ts';
import type { ConditionInputs, NamedKeyReader } from './condition-inputs.ts';
import { globalKeys, globalNamedKeys } from './global-keys.ts';
import { iamKeys } from './iam-keys.ts';
import { kmsKeys, kmsNamedKeys } from './kms-keys.ts';

const named: readonly (readonly [prefix: string, read: NamedKeyReader])[] = Object.entries({
  ...globalNamedKeys,
  ...kmsNamedKeys,
});

/**
 * Creates the request context for conditions. Each key is read at most once, and only if a policy
 * asks for it.
 */
export function requestContext(inputs: ConditionInputs): RequestContext {
  const values = new Map<string, ContextValue | undefined>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined || values.has(key)) return known;
    const value = read(inputs, key);
    values.set(key, value);
    return value;
  };
}

function read(inputs: ConditionInputs, key: string): ContextValue | undefined {
  if (Object.hasOwn(globalKeys, key)) return globalKeys[key]?.(inputs);
  if (Object.hasOwn(iamKeys, key)) return iamKeys[key]?.(inputs);
  if (key.startsWith('kms:') && !inputs.action.startsWith('kms:')) return undefined;
  if (Object.hasOwn(kmsKeys, key)) {
    const known = kmsKeys[key];
    return known?.actions?.has(inputs.action) === false ? undefined : known?.read(inputs);
  }
  for (const [prefix, readNamed] of named) {
    if (key.startsWith(prefix)) return readNamed(inputs, key.slice(prefix.length));
  }
  return undefined;
}

/**
 * Every supported condition key. Those that end in `:` or `/` are prefixes, which a name follows.
 */
export const conditionKeys: readonly string[] = [
  ...Object.keys(globalKeys),
  ...Object.keys(iamKeys),
  ...Object.keys(kmsKeys),
  ...named.map(([prefix]) => prefix),
];

/** Condition keys that can have several values in one request. */
export const multiValuedKeys: ReadonlySet<string> = new Set([
  'aws:tagkeys',
  'kms:encryptioncontextkeys',
  'kms:grantoperations',
  'kms:resourcealiases',
]);

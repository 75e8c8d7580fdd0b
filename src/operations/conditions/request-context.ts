import type { ContextValue, RequestContext } from '../../policy/index.ts';
import type { Facts, ReadNamed } from './condition-inputs.ts';
import { globalKeys, globalNamedKeys } from './global-keys.ts';
import { iamKeys } from './iam-keys.ts';
import { kmsKeys, kmsNamedKeys } from './kms-keys.ts';

const named: readonly (readonly [prefix: string, read: ReadNamed])[] = Object.entries({
  ...globalNamedKeys,
  ...kmsNamedKeys,
});

/** What a request shows to conditions: nothing is read before a policy asks for it, and then once. */
export function requestContext(facts: Facts): RequestContext {
  const values = new Map<string, ContextValue | undefined>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined || values.has(key)) return known;
    const value = read(facts, key);
    values.set(key, value);
    return value;
  };
}

function read(facts: Facts, key: string): ContextValue | undefined {
  if (Object.hasOwn(globalKeys, key)) return globalKeys[key]?.(facts);
  if (Object.hasOwn(iamKeys, key)) return iamKeys[key]?.(facts);
  if (key.startsWith('kms:') && !facts.action.startsWith('kms:')) return undefined;
  if (Object.hasOwn(kmsKeys, key)) {
    const known = kmsKeys[key];
    return known?.actions?.has(facts.action) === false ? undefined : known?.read(facts);
  }
  for (const [prefix, readNamed] of named) {
    if (key.startsWith(prefix)) return readNamed(facts, key.slice(prefix.length));
  }
  return undefined;
}

/** Every condition key that there is; those that end in `:` or `/` go on with a name. */
export const conditionKeys: readonly string[] = [
  ...Object.keys(globalKeys),
  ...Object.keys(iamKeys),
  ...Object.keys(kmsKeys),
  ...named.map(([prefix]) => prefix),
];

/** Those that can have several values in one request. */
export const multiValuedKeys: ReadonlySet<string> = new Set([
  'aws:tagkeys',
  'kms:encryptioncontextkeys',
  'kms:grantoperations',
  'kms:resourcealiases',
]);

import { HsmError, type KeyAttributes, type KeyFilter } from '../wire/index.ts';
import { attributesOf, type Key } from './key.ts';

/** Attributes that only some types of keys have. */
const TYPE_SPECIFIC: ReadonlySet<string> = new Set<keyof KeyAttributes>([
  'curve',
  'modulus-size-bits',
  'parameter-set',
]);

/** Returns a function that checks whether a key matches all parts of the filter. */
export function matcher({ handle, attributes = {} }: KeyFilter): (key: Key) => boolean {
  const wanted = Object.entries(attributes);
  return (key) => {
    if (handle !== undefined && key.handle !== handle) return false;
    if (wanted.length === 0) return true;
    const has: Readonly<Record<string, unknown>> = { ...attributesOf(key) };
    return wanted.every(([name, value]) => {
      if (!Object.hasOwn(has, name) && !TYPE_SPECIFIC.has(name))
        throw new HsmError('invalid-argument', `unknown attribute ${name.slice(0, 64)}`);
      return has[name] === value;
    });
  };
}

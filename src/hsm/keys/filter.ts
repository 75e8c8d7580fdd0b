import { HsmError, type KeyAttributes, type KeyFilter } from '../wire/index.ts';
import { attributesOf, type Key } from './key.ts';

/** Attributes that keys of some types only have. */
const NOT_OF_ALL: ReadonlySet<string> = new Set<keyof KeyAttributes>([
  'curve',
  'modulus-size-bits',
  'parameter-set',
]);

/** Whether a key matches every given part of the filter. */
export function matcher({ handle, attributes = {} }: KeyFilter): (key: Key) => boolean {
  const wanted = Object.entries(attributes);
  return (key) => {
    if (handle !== undefined && key.handle !== handle) return false;
    if (wanted.length === 0) return true;
    const has: Readonly<Record<string, unknown>> = { ...attributesOf(key) };
    return wanted.every(([name, value]) => {
      if (!Object.hasOwn(has, name) && !NOT_OF_ALL.has(name))
        throw new HsmError('invalid-argument', `there is no attribute ${name.slice(0, 64)}`);
      return has[name] === value;
    });
  };
}

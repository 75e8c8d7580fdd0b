import { HsmError, type KeyFilter } from '../wire/index.ts';
import { attributesOf, type Key } from './key.ts';

/** Whether a key matches every given part of the filter. */
export function matcher({ handle, attributes = {} }: KeyFilter): (key: Key) => boolean {
  const wanted = Object.entries(attributes);
  return (key) => {
    if (handle !== undefined && key.handle !== handle) return false;
    if (wanted.length === 0) return true;
    const has: Readonly<Record<string, unknown>> = { ...attributesOf(key) };
    return wanted.every(([name, value]) => {
      if (!Object.hasOwn(has, name)) throw new HsmError('invalid-argument', `there is no attribute ${name.slice(0, 64)}`);
      return has[name] === value;
    });
  };
}

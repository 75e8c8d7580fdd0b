import { HsmError } from '../wire/index.ts';
import type { ChangeableAttributes, Key } from './key.ts';

type Rule = 'text' | 'hex' | 'flag' | 'only-to-true' | 'only-to-false';

const RULES: Readonly<Record<keyof ChangeableAttributes, Rule>> = {
  label: 'text',
  id: 'hex',
  modifiable: 'only-to-false',
  destroyable: 'flag',
  encrypt: 'flag',
  decrypt: 'flag',
  sign: 'flag',
  verify: 'flag',
  wrap: 'flag',
  unwrap: 'flag',
  derive: 'flag',
  trusted: 'flag',
  'wrap-with-trusted': 'only-to-true',
};

const ALLOWS: Readonly<Record<Rule, (value: string | boolean) => boolean>> = {
  text: isLabel,
  hex: isKeyId,
  flag: (value) => typeof value === 'boolean',
  'only-to-true': (value) => value === true,
  'only-to-false': (value) => value === false,
};

/**
 * Returns the key's changeable attributes with one of them changed. Throws `HsmError` if PKCS#11
 * does not allow the change.
 */
export function amend(
  { changeable, fixed }: Key,
  name: string,
  value: string | boolean,
): ChangeableAttributes {
  if (!isChangeable(name)) throw new HsmError('invalid-argument', `${name} cannot be changed`);
  if (changeable[name] === value) return changeable;
  // The owner cannot prevent an admin from changing `trusted`.
  if (!changeable.modifiable && name !== 'trusted')
    throw new HsmError('not-permitted', 'the key is not modifiable');
  if (!ALLOWS[RULES[name]](value))
    throw new HsmError('invalid-argument', `invalid value for ${name}`);
  if (name === 'decrypt' && value === true && fixed.unwrapTemplate)
    throw new HsmError('not-permitted', 'a key with an unwrap template cannot be for decrypt');
  return { ...changeable, [name]: value };
}

export function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 512;
}

export function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 512 && /^[0-9a-f]*$/.test(value);
}

function isChangeable(name: string): name is keyof ChangeableAttributes {
  return Object.hasOwn(RULES, name);
}

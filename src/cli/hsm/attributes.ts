import { InvalidArgumentError } from 'commander';
import type { KeyAttributes, KeyFilter, KeyTemplate } from '../../hsm/wire/index.ts';

type Kind = 'text' | 'flag' | 'number';
type Value = string | boolean | number;

const kinds: Readonly<Record<keyof KeyAttributes, Kind>> = {
  label: 'text',
  id: 'text',
  class: 'text',
  'key-type': 'text',
  'key-length-bytes': 'number',
  'check-value': 'text',
  curve: 'text',
  'modulus-size-bits': 'number',
  'parameter-set': 'text',
  token: 'flag',
  private: 'flag',
  sensitive: 'flag',
  'always-sensitive': 'flag',
  extractable: 'flag',
  'never-extractable': 'flag',
  local: 'flag',
  modifiable: 'flag',
  destroyable: 'flag',
  encrypt: 'flag',
  decrypt: 'flag',
  sign: 'flag',
  verify: 'flag',
  wrap: 'flag',
  unwrap: 'flag',
  derive: 'flag',
  trusted: 'flag',
  'wrap-with-trusted': 'flag',
};

const parsers: Readonly<Record<Kind, (text: string) => Value | undefined>> = {
  text: (text) => text,
  flag: (text) => ({ true: true, false: false })[text],
  number: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
};

function pair(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`${text} is not name=value.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * The value that `text` stands for as this attribute. Throws commander’s error if there is none.
 */
export function attributeValue(name: string, text: string): Value {
  if (!Object.hasOwn(kinds, name))
    throw new InvalidArgumentError(
      `There is no key attribute ${name}; there are ${Object.keys(kinds).join(', ')}.`,
    );
  const value = parsers[kinds[name as keyof KeyAttributes]](text);
  if (value === undefined) throw new InvalidArgumentError(`${text} is no value for ${name}.`);
  return value;
}

/** For commander: adds one `key-reference=0x…` or `attr.name=value` to the filter. */
export function collectFilter(text: string, before: KeyFilter = {}): KeyFilter {
  const [name, value] = pair(text);
  if (name === 'key-reference') {
    const [, digits] = /^0x([0-9a-f]{1,16})$/i.exec(value) ?? [];
    if (digits === undefined)
      throw new InvalidArgumentError(
        `${value} is not a key reference (0x and up to 16 hex digits).`,
      );
    return { ...before, handle: digits.toLowerCase().padStart(16, '0') };
  }
  if (!name.startsWith('attr.'))
    throw new InvalidArgumentError(`Filter by key-reference=0x… or attr.NAME=VALUE, not ${name}.`);
  const attribute = name.slice('attr.'.length);
  return {
    ...before,
    attributes: { ...before.attributes, [attribute]: attributeValue(attribute, value) },
  };
}

/**
 * For commander: adds one `name=value` to the attributes of a new key. The HSM judges which may be
 * chosen.
 */
export function collectTemplate(text: string, before: KeyTemplate = {}): KeyTemplate {
  const [name, value] = pair(text);
  return { ...before, [name]: attributeValue(name, value) };
}

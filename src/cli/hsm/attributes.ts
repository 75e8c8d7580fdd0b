import { InvalidArgumentError } from 'commander';
import type { KeyAttributes, KeyFilter, KeyTemplate } from '../../hsm/wire/index.ts';

type Kind = 'text' | 'flag' | 'number' | 'template';
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
  'unwrap-template': 'template',
};

const parsers: Readonly<Record<Kind, (text: string) => Value | undefined>> = {
  text: (text) => text,
  flag: (text) => ({ true: true, false: false })[text],
  number: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
  // Only `collectTemplate` takes templates.
  template: () => undefined,
};

const descriptions: Readonly<Record<Kind, string>> = {
  text: 'text',
  flag: 'true or false',
  number: 'a number',
  template: 'set when the key is created',
};

function pair(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Must be NAME=VALUE.');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Parses the value of an attribute. Throws commander's InvalidArgumentError if it is invalid. */
export function attributeValue(name: string, text: string): Value {
  if (!Object.hasOwn(kinds, name))
    throw new InvalidArgumentError(
      `Unknown key attribute "${name}"; known attributes: ${Object.keys(kinds).join(', ')}.`,
    );
  const kind = kinds[name as keyof KeyAttributes];
  const value = parsers[kind](text);
  if (value === undefined)
    throw new InvalidArgumentError(
      `Invalid value "${text}" for attribute ${name}: must be ${descriptions[kind]}.`,
    );
  return value;
}

/** Commander parser: adds a `key-reference=0x…` or `attr.name=value` to the filter. */
export function collectFilter(text: string, previous: KeyFilter = {}): KeyFilter {
  const [name, value] = pair(text);
  if (name === 'key-reference') {
    const [, digits] = /^0x([0-9a-f]{1,16})$/i.exec(value) ?? [];
    if (digits === undefined)
      throw new InvalidArgumentError(
        `Invalid key reference "${value}": must be 0x and up to 16 hex digits.`,
      );
    return { ...previous, handle: digits.toLowerCase().padStart(16, '0') };
  }
  if (!name.startsWith('attr.'))
    throw new InvalidArgumentError(
      `Unknown filter "${name}": must be key-reference=0x… or attr.NAME=VALUE.`,
    );
  const attribute = name.slice('attr.'.length);
  return {
    ...previous,
    attributes: { ...previous.attributes, [attribute]: attributeValue(attribute, value) },
  };
}

/**
 * Commander parser: adds a `name=value` to the attributes of a new key. The HSM checks which
 * attributes can be set. The value of `unwrap-template` is itself a list:
 * `unwrap-template=extractable=false,decrypt=true`.
 */
export function collectTemplate(text: string, previous: KeyTemplate = {}): KeyTemplate {
  const [name, value] = pair(text);
  if (name !== 'unwrap-template') return { ...previous, [name]: attributeValue(name, value) };
  const template = value.split(',').map((part): [string, Value] => {
    const [attribute, prescribed] = pair(part);
    return [attribute, attributeValue(attribute, prescribed)];
  });
  return { ...previous, 'unwrap-template': Object.fromEntries(template) };
}

import type { Random } from './random.ts';

type Json = unknown;
type Mutation = (random: Random, value: Json) => Json;

const UNUSUAL_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 31,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "'; DROP TABLE keys; --",
  '${jndi:ldap://x}',
  '%s%n',
  '👩‍👩‍👧',
  'é'.normalize('NFD'),
  'a'.repeat(5_000),
  'arn:aws:kms:us-east-1:111122223333:key/',
  'arn:::::',
  'alias/',
  'alias/aws/ebs',
  'mrk-00000000000000000000000000000000',
  '====',
  'AAAA',
  [],
  {},
  [[]],
  [null],
  { a: { b: { c: [1, { d: null }] } } },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  Array.from({ length: 200 }, () => 'x'),
];

const mutations: readonly Mutation[] = [
  (random) => random.pick(UNUSUAL_VALUES),
  (_random, value) => (typeof value === 'string' ? value.slice(1) : value),
  (_random, value) => (typeof value === 'string' ? value + value : [value, value]),
  (random, value) => (typeof value === 'string' ? flipBit(random, value) : value),
  (_random, value) => (typeof value === 'number' ? -value : 7),
  (_random, value) => [value],
  (_random, value) => ({ value }),
  (_random, value) => JSON.stringify(value) ?? '',
  (_random, value) => (typeof value === 'string' ? value.toUpperCase() : undefined),
  (random, value) =>
    typeof value === 'string'
      ? `${value}${random.pick(['\n', '\t', ' ', '\u200b', '/', '*'])}`
      : null,
];

/** Changes one to three random places of an input. */
export function mutate(random: Random, input: Readonly<Record<string, Json>>): Json {
  let result: Json = input;
  for (let times = random.integer(1, 3); times > 0; times -= 1)
    result = mutateSomewhere(random, result);
  return result;
}

function mutateSomewhere(random: Random, value: Json): Json {
  if (typeof value !== 'object' || value === null || random.chance(0.05))
    return random.pick(mutations)(random, value);
  if (Array.isArray(value)) return mutateList(random, value);
  return mutateStructure(random, { ...value });
}

function mutateList(random: Random, list: readonly Json[]): Json {
  if (list.length === 0) return [random.pick(UNUSUAL_VALUES)];
  const at = random.integer(0, list.length - 1);
  return list.with(at, mutateSomewhere(random, list[at]));
}

function mutateStructure(random: Random, value: Record<string, Json>): Json {
  const names = Object.keys(value);
  if (names.length === 0 || random.chance(0.05))
    return {
      ...value,
      [random.pick(['Unknown', 'KeyId', 'constructor', 'toString', ''])]:
        random.pick(UNUSUAL_VALUES),
    };
  const name = random.pick(names);
  if (random.chance(0.15)) delete value[name];
  else value[name] = mutateSomewhere(random, value[name]);
  return value;
}

function flipBit(random: Random, text: string): string {
  if (text === '') return 'x';
  const at = random.integer(0, text.length - 1);
  return (
    text.slice(0, at) +
    String.fromCharCode(text.charCodeAt(at) ^ (1 << random.integer(0, 6))) +
    text.slice(at + 1)
  );
}

/**
 * Corrupts the bytes of a request body, in ways that a client with a JSON library cannot produce.
 */
export function mangle(random: Random, body: Buffer): Buffer {
  const at = random.integer(0, body.length);
  switch (random.integer(0, 4)) {
    case 0:
      return body.subarray(0, at);
    case 1:
      return Buffer.concat([
        body.subarray(0, at),
        random.bytes(random.integer(1, 4)),
        body.subarray(at),
      ]);
    case 2:
      return Buffer.concat([body, body]);
    case 3:
      return Buffer.from('['.repeat(random.integer(1, 20_000)));
    default:
      return random.bytes(random.integer(0, 40));
  }
}

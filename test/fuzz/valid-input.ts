import type { Members, MemberShape } from '../../src/contract/index.ts';
import type { Random } from './random.ts';

/** Existing resources that inputs can name, so that requests pass the first checks. */
export interface ExistingResources {
  /** Key IDs, ARNs and aliases. */
  readonly keys: readonly string[];
  /** Ciphertexts, in Base64. */
  readonly ciphertexts: readonly string[];
  readonly grant: { readonly id: string; readonly token: string };
  readonly account: string;
}

type Json = unknown;

/**
 * Key specs that are left out: generating such a key takes seconds, and covers nothing that
 * RSA_2048 does not.
 */
const TOO_SLOW = new Set(['RSA_3072', 'RSA_4096']);

/** Returns a valid input, in JSON's types. Each optional member is present with probability 0.4. */
export function validInput(
  random: Random,
  members: Members,
  existing: ExistingResources,
): Record<string, Json> {
  const wanted = Object.entries(members).filter(
    ([, shape]) => shape.required || random.chance(0.4),
  );
  return Object.fromEntries(
    wanted.map(([name, shape]) => [name, validValue(random, name, shape, existing)]),
  );
}

function validValue(
  random: Random,
  name: string,
  shape: MemberShape,
  existing: ExistingResources,
): Json {
  switch (shape.kind) {
    case 'text':
      return validText(random, name, shape, existing);
    case 'enum':
      return random.pick(Object.keys(shape.values).filter((value) => !TOO_SLOW.has(value)));
    case 'blob':
      return /ciphertext/i.test(name) && random.chance(0.8)
        ? random.pick(existing.ciphertexts)
        : random
            .bytes(random.integer(shape.min ?? 0, Math.min(shape.max ?? 64, 64)))
            .toString('base64');
    case 'bool':
      return random.chance(0.5);
    case 'int':
      return random.integer(shape.min ?? 0, Math.min(shape.max ?? 100, 100));
    case 'timestamp':
      return random.integer(1_500_000_000, 2_500_000_000);
    case 'list':
      return Array.from(
        { length: random.integer(shape.min ?? 0, Math.min(shape.max ?? 3, 3)) },
        () => validValue(random, name, shape.member, existing),
      );
    case 'map':
      return Object.fromEntries(
        Array.from({ length: random.integer(0, 3) }, () => [
          validText(random, 'Key', shape.key, existing),
          validValue(random, name, shape.value, existing),
        ]),
      );
    case 'struct':
      return validInput(random, shape.members, existing);
  }
}

const names = ['fuzz-a', 'fuzz-b', 'fuzz-c', 'fuzz-d'];

/** Values for members whose format the contract does not specify, by member name. */
const vocabulary: readonly (readonly [
  member: RegExp,
  text: (random: Random, existing: ExistingResources) => string,
])[] = [
  [/^CustomKeyStoreId$/, () => 'cks-0123456789abcdef0'],
  [/^AccessKeyId$/, () => 'AKIAFUZZFUZZFUZZFUZZ'],
  [/KeyId$/, (random, { keys }) => random.pick(keys)],
  [/^GrantTokens?$/, (_random, { grant }) => grant.token],
  [/^GrantId$/, (_random, { grant }) => grant.id],
  [/^AliasName$/, (random) => `alias/${random.pick(names)}`],
  [/Policy(?:Document)?$/, (_random, { account }) => policy(account)],
  [/^(?:User|Role|Group|Policy|RoleSession)Name$/, (random) => random.pick(names)],
  [
    /Arn$|Principal$/,
    (random, { account }) =>
      `arn:aws:iam::${account}:${random.pick(['user', 'role', 'policy'])}/${random.pick(names)}`,
  ],
  [/^Path(?:Prefix)?$/, () => '/fuzz/'],
  [/^Url$/, () => 'https://issuer.invalid'],
  [/^(?:ClusterId|CloudHsmClusterId|ResourceId)$/, () => 'cluster-abcdefghijk'],
  [/^SubnetIds$/, () => 'subnet-0123456789abcdef0'],
  [/^HsmType$/, () => 'hsm2m.medium'],
  [/Region$/, (random) => random.pick(['eu-central-1', 'us-east-1', 'ap-south-1'])],
];

function policy(account: string): string {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function validText(
  random: Random,
  name: string,
  { min = 0, max = 20 }: { min?: number; max?: number },
  existing: ExistingResources,
): string {
  const text = vocabulary.find(([member]) => member.test(name))?.[1](random, existing);
  if (text !== undefined) return text;
  return random
    .pick(['a', 'Z', '7'])
    .repeat(random.integer(Math.max(min, 1), Math.max(min, Math.min(max, 20), 1)));
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { services, shapes, type Members, type ServiceName } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';
import { compileValidator } from './validate.ts';

function messageFor(
  members: Members,
  input: Readonly<Record<string, unknown>>,
): string | undefined {
  try {
    compileValidator(members)(input);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof KmsError && error.code === 'ValidationException');
    return error.publicMessage;
  }
}

const tagMembers = {
  kind: 'struct',
  members: {
    TagKey: { kind: 'text', min: 1, max: 128, required: true },
    TagValue: { kind: 'text', max: 3 },
  },
} as const;
const one = '1 validation error detected: ';

/** Inputs with the messages that AWS sends. */
const sentences: readonly [
  what: string,
  members: Members,
  input: Readonly<Record<string, unknown>>,
  text: string | undefined,
][] = [
  [
    'a valid input',
    { KeyId: { kind: 'text', min: 1, max: 5, pattern: '[a-z]+', required: true } },
    { KeyId: 'abc' },
    undefined,
  ],
  ['an absent optional member', { KeyId: { kind: 'text', min: 1 } }, {}, undefined],
  [
    'an absent required member',
    { KeyId: { kind: 'text', required: true } },
    {},
    `${one}Value null at 'keyId' failed to satisfy constraint: Member must not be null`,
  ],
  [
    'a number that is too large',
    { NumberOfBytes: { kind: 'int', min: 1, max: 1024 } },
    { NumberOfBytes: 1025 },
    `${one}Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024`,
  ],
  [
    'a number that is too small',
    { NumberOfBytes: { kind: 'int', min: 1, max: 1024 } },
    { NumberOfBytes: 0 },
    `${one}Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1`,
  ],
  [
    'a secret that is too long',
    { Plaintext: { kind: 'blob', min: 1, max: 4096, sensitive: true } },
    { Plaintext: Buffer.alloc(4097) },
    `${one}Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096`,
  ],
  [
    'a secret text',
    { KeyStorePassword: { kind: 'text', min: 7, sensitive: true } },
    { KeyStorePassword: 'secret' },
    `${one}Value at 'keyStorePassword' failed to satisfy constraint: Member must have length greater than or equal to 7`,
  ],
  [
    'an unknown enum value',
    { MacAlgorithm: { kind: 'enum', values: { HMAC_SHA_224: true, HMAC_SHA_256: true } } },
    { MacAlgorithm: 'X' },
    `${one}Value 'X' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_224, HMAC_SHA_256]`,
  ],
  [
    'an enum value that every object inherits',
    { KeySpec: { kind: 'enum', values: { AES_256: true } } },
    { KeySpec: 'toString' },
    `${one}Value 'toString' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256]`,
  ],
  [
    'a text that matches the pattern only at its start',
    { AliasName: { kind: 'text', pattern: '[a-z]+|b' } },
    { AliasName: 'ab1' },
    `${one}Value 'ab1' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+|b`,
  ],
  [
    'two violations of one member',
    { AliasName: { kind: 'text', min: 3, pattern: '[a-z]+' } },
    { AliasName: '1' },
    "2 validation errors detected: Value '1' at 'aliasName' failed to satisfy constraint: Member must have length greater than or equal to 3; Value '1' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
  ],
  [
    'violations of two members',
    { KeyId: { kind: 'text', min: 1 }, Limit: { kind: 'int', max: 10 } },
    { KeyId: '', Limit: 11 },
    "2 validation errors detected: Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '11' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10",
  ],
  [
    'a member of a structure in a list',
    { Tags: { kind: 'list', member: tagMembers } },
    { Tags: [{ TagKey: 'a' }, { TagKey: '' }, { TagValue: 'long' }] },
    "3 validation errors detected: Value '' at 'tags.2.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1; Value null at 'tags.3.member.tagKey' failed to satisfy constraint: Member must not be null; Value 'long' at 'tags.3.member.tagValue' failed to satisfy constraint: Member must have length less than or equal to 3",
  ],
  [
    'a plain member of a list',
    { TagKeys: { kind: 'list', member: { kind: 'text', min: 1, max: 2 } } },
    { TagKeys: ['a', 'long'] },
    `${one}Value '[a, long]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 2, Member must have length greater than or equal to 1]`,
  ],
  [
    'a list of structures that is too long',
    { Tags: { kind: 'list', max: 1, member: tagMembers } },
    { Tags: [{ TagKey: 'a', TagValue: 'x' }, { TagKey: 'b' }] },
    `${one}Value '[{tagKey=a, tagValue=x}, {tagKey=b}]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 1`,
  ],
  [
    'a member of a structure',
    { Recipient: { kind: 'struct', members: { AttestationDocument: { kind: 'blob', min: 1 } } } },
    { Recipient: { AttestationDocument: Buffer.alloc(0) } },
    `${one}Value at 'recipient.attestationDocument' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  ],
  [
    'a map with invalid keys and values',
    {
      Filters: {
        kind: 'map',
        max: 2,
        key: { kind: 'text', pattern: '[a-z]+' },
        value: { kind: 'text', max: 1 },
      },
    },
    { Filters: { A: 'xx' } },
    "2 validation errors detected: Value '{A=xx}' at 'filters' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]+]; Value '{A=xx}' at 'filters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 1]",
  ],
  [
    'a list that contains a secret',
    {
      List: {
        kind: 'list',
        max: 0,
        member: { kind: 'struct', members: { Password: { kind: 'text', sensitive: true } } },
      },
    },
    { List: [{ Password: 'secret' }] },
    `${one}Value at 'list' failed to satisfy constraint: Member must have length less than or equal to 0`,
  ],
];

describe('the validator', () => {
  for (const [what, members, input, text] of sentences) {
    it(`reports ${what} like AWS`, () => assert.equal(messageFor(members, input), text));
  }

  it('lists at most fifty violations', () => {
    const tags = { Tags: { kind: 'list', member: tagMembers } } as const;
    const text = messageFor(tags, { Tags: Array.from({ length: 10_000 }, () => ({})) }) ?? '';
    assert.match(text, /^50 validation errors detected: /);
    assert.equal(text.split('; ').length, 50);
  });

  it('compiles every operation of the contract', () => {
    for (const service of Object.keys(services) as ServiceName[]) {
      for (const members of Object.values<Members>(shapes[service])) compileValidator(members);
    }
  });
});

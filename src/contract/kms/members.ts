/**
 * Members that several KMS operations share. Constraints: the service model of AWS KMS, 2014-11-01.
 */
export const keyId = { kind: 'text', min: 1, max: 2048 } as const;
export const requiredKeyId = { ...keyId, required: true } as const;

export const grantTokens = {
  kind: 'list',
  min: 0,
  max: 10,
  member: { kind: 'text', min: 1, max: 8192 },
} as const;
export const encryptionContext = {
  kind: 'map',
  key: { kind: 'text' },
  value: { kind: 'text' },
} as const;
export const dryRun = { kind: 'bool' } as const;
export const dryRunModifiers = {
  kind: 'list',
  member: { kind: 'enum', values: { IGNORE_CIPHERTEXT: true } },
} as const;
export const ciphertextBlob = { kind: 'blob', min: 1, max: 6144 } as const;
export const numberOfBytes = { kind: 'int', min: 1, max: 1024 } as const;
export const recipient = {
  kind: 'struct',
  members: {
    KeyEncryptionAlgorithm: { kind: 'enum', values: { RSAES_OAEP_SHA_256: true } },
    AttestationDocument: { kind: 'blob', min: 1, max: 262_144 },
  },
} as const;

export const marker = {
  kind: 'text',
  min: 1,
  max: 1024,
  pattern: String.raw`[\u0020-\u00FF]*`,
} as const;
/** The service model's bound is 1000 for all listings; the API reference has one for each. */
export const limitUpTo = <const Max extends number>(max: Max) =>
  ({ kind: 'int', min: 1, max }) as const;

export const description = { kind: 'text', min: 0, max: 8192 } as const;
export const policy = {
  kind: 'text',
  min: 1,
  max: 131_072,
  pattern: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`,
} as const;
export const policyName = { kind: 'text', min: 1, max: 128, pattern: String.raw`[\w]+` } as const;
export const aliasName = {
  kind: 'text',
  min: 1,
  max: 256,
  pattern: '^[a-zA-Z0-9:/_-]+$',
  required: true,
} as const;

export const tagKey = { kind: 'text', min: 1, max: 128 } as const;
export const tags = {
  kind: 'list',
  member: {
    kind: 'struct',
    members: {
      TagKey: { ...tagKey, required: true },
      TagValue: { kind: 'text', min: 0, max: 256, required: true },
    },
  },
} as const;

export const customKeyStoreId = { kind: 'text', min: 1, max: 64 } as const;

export const keyMaterialId = { kind: 'text', min: 64, max: 64, pattern: '^[a-f0-9]+$' } as const;
export const principalId = {
  kind: 'text',
  min: 1,
  max: 256,
  pattern: String.raw`^[\w+=,.@:/-]+$`,
} as const;
export const grantId = { kind: 'text', min: 1, max: 128 } as const;
export const regionName = {
  kind: 'text',
  min: 1,
  max: 32,
  pattern: String.raw`^([a-z]+-){2,3}\d+$`,
  required: true,
} as const;

/**
 * Members that several IAM operations share. Constraints: the service model of AWS IAM, 2010-05-08.
 */
const name = { kind: 'text', min: 1, max: 128, pattern: String.raw`[\w+=,.@-]+` } as const;
export const userName = name;
export const requiredUserName = { ...name, required: true } as const;
export const newUserName = { ...name, max: 64, required: true } as const;
export const groupName = { ...name, required: true } as const;
export const roleName = { ...name, max: 64, required: true } as const;
export const policyName = { ...name, required: true } as const;

export const path = {
  kind: 'text',
  min: 1,
  max: 512,
  pattern: String.raw`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`,
} as const;
export const pathPrefix = {
  kind: 'text',
  min: 1,
  max: 512,
  pattern: String.raw`\u002F[\u0021-\u007F]*`,
} as const;
export const arn = { kind: 'text', min: 20, max: 2048 } as const;
export const requiredArn = { ...arn, required: true } as const;
export const document = {
  kind: 'text',
  min: 1,
  max: 131_072,
  pattern: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`,
  required: true,
} as const;
export const description = {
  kind: 'text',
  max: 1000,
  pattern: String.raw`[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`,
} as const;
export const sessionDuration = { kind: 'int', min: 3600, max: 43_200 } as const;
export const versionId = {
  kind: 'text',
  pattern: String.raw`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`,
  required: true,
} as const;

export const marker = { kind: 'text', min: 1, pattern: String.raw`[\u0020-\u00FF]+` } as const;
export const maxItems = { kind: 'int', min: 1, max: 1000 } as const;
export const page = { Marker: marker, MaxItems: maxItems } as const;

export const tagKey = {
  kind: 'text',
  min: 1,
  max: 128,
  pattern: String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
} as const;
export const tags = {
  kind: 'list',
  max: 50,
  member: {
    kind: 'struct',
    members: {
      Key: { ...tagKey, required: true },
      Value: {
        kind: 'text',
        min: 0,
        max: 256,
        pattern: String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`,
        required: true,
      },
    },
  },
} as const;
export const requiredTags = { ...tags, required: true } as const;
export const tagKeys = { kind: 'list', max: 50, member: tagKey, required: true } as const;
export const accessKeyId = { kind: 'text', min: 16, max: 128, pattern: String.raw`[\w]+` } as const;
export const requiredAccessKeyId = { ...accessKeyId, required: true } as const;

import type { KeyholdOperations } from './keyhold-types.ts';
import type { ShapeOf } from './shape.ts';

type Keyhold<N extends keyof KeyholdOperations> = ShapeOf<KeyholdOperations[N]['input']>;

const accountId = { kind: 'text', pattern: String.raw`\d{12}` } as const;
const requiredAccountId = { ...accountId, required: true } as const;

/** Keyhold's own service. */
export const keyholdShapes = {
  DescribeStatus: {},
  CreateBackup: {
    ClusterId: { kind: 'text', pattern: 'cluster-[2-7a-zA-Z]{11,16}', required: true },
  } satisfies Keyhold<'CreateBackup'>,
  AuthorizeRestore: {
    ClusterId: { kind: 'text', pattern: 'cluster-[2-7a-zA-Z]{11,16}', required: true },
    SourceManufacturerRoot: { kind: 'text', min: 1, max: 5000 },
  } satisfies Keyhold<'AuthorizeRestore'>,
  ListBackups: {
    ClusterId: { kind: 'text', pattern: 'cluster-[2-7a-zA-Z]{11,16}' },
    KeyLabel: { kind: 'text', min: 1, max: 512 },
  } satisfies Keyhold<'ListBackups'>,
  CreateAccount: {
    AccountId: accountId,
    AccountName: { kind: 'text', min: 1, max: 50, pattern: String.raw`[\u0020-\u007E]+` },
  } satisfies Keyhold<'CreateAccount'>,
  ExplainAccess: {
    PrincipalArn: { kind: 'text', min: 20, max: 2048, required: true },
    Action: {
      kind: 'text',
      min: 3,
      max: 128,
      pattern: '[A-Za-z0-9-]+:[A-Za-z0-9]+',
      required: true,
    },
    KeyId: { kind: 'text', min: 1, max: 2048 },
    ResourceArn: { kind: 'text', min: 1, max: 2048 },
    Context: {
      kind: 'map',
      max: 100,
      key: { kind: 'text', min: 3, max: 512 },
      value: { kind: 'list', max: 100, member: { kind: 'text', max: 8192 } },
    },
  } satisfies Keyhold<'ExplainAccess'>,
  ListKeyAccess: {
    KeyId: { kind: 'text', min: 1, max: 2048, required: true },
    Actions: {
      kind: 'list',
      min: 1,
      max: 100,
      member: { kind: 'text', min: 3, max: 128, pattern: 'kms:[A-Za-z]+' },
      required: true,
    },
    Marker: { kind: 'text', min: 1, max: 1024 },
  } satisfies Keyhold<'ListKeyAccess'>,
  LintPolicy: {
    Policy: { kind: 'text', min: 1, max: 131_072, required: true },
    Kind: { kind: 'enum', values: { key: true, identity: true, trust: true }, required: true },
  } satisfies Keyhold<'LintPolicy'>,
  ListAccounts: {},
  GetServiceControlPolicies: {
    AccountId: requiredAccountId,
  } satisfies Keyhold<'GetServiceControlPolicies'>,
  PutServiceControlPolicies: {
    AccountId: requiredAccountId,
    Policies: {
      kind: 'list',
      min: 0,
      max: 5,
      member: { kind: 'text', min: 1, max: 5120 },
      required: true,
    },
  } satisfies Keyhold<'PutServiceControlPolicies'>,
} as const;

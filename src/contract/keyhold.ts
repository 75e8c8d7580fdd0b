import type { KeyholdOperations } from './keyhold-types.ts';
import type { ShapeOf } from './shape.ts';

type Keyhold<N extends keyof KeyholdOperations> = ShapeOf<KeyholdOperations[N]['input']>;

const accountId = { kind: 'text', pattern: String.raw`\d{12}` } as const;
const requiredAccountId = { ...accountId, required: true } as const;

/** Our own service. */
export const keyholdShapes = {
  DescribeStatus: {},
  CreateAccount: {
    AccountId: accountId,
    AccountName: { kind: 'text', min: 1, max: 50, pattern: String.raw`[\u0020-\u007E]+` },
  } satisfies Keyhold<'CreateAccount'>,
  ListAccounts: {},
  GetServiceControlPolicies: { AccountId: requiredAccountId } satisfies Keyhold<'GetServiceControlPolicies'>,
  PutServiceControlPolicies: {
    AccountId: requiredAccountId,
    Policies: { kind: 'list', min: 0, max: 5, member: { kind: 'text', min: 1, max: 5120 }, required: true },
  } satisfies Keyhold<'PutServiceControlPolicies'>,
} as const;

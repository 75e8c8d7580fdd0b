import { RevokeGrantCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { grantId, UNKNOWN_GRANT } from '../harness/grants.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';

export const RevokeGrant = table(
  'RevokeGrant',
  RevokeGrantCommand,
)({
  validInput: async (stage, KeyId) => ({ KeyId, GrantId: await grantId(stage, KeyId) }),
  refuses: {
    NotFoundException: [
      {
        when: 'an unknown grant',
        input: (_stage, KeyId) => ({ KeyId, GrantId: UNKNOWN_GRANT }),
      },
      {
        when: 'an unknown key',
        input: () => ({ KeyId: UNKNOWN_KEY, GrantId: UNKNOWN_GRANT }),
        text: /does not exist$/,
      },
    ],
    InvalidGrantIdException: { input: (_stage, KeyId) => ({ KeyId, GrantId: 'nonsense' }) },
    InvalidArnException: {
      input: ({ aliasName }) => ({ KeyId: aliasName, GrantId: UNKNOWN_GRANT }),
      text: 'Key Aliases are not supported for this operation.',
    },
  },
  except: {
    Creating: 'grants belong to one Region',
    'missing key': 'has its own case',
    alias: 'has its own case',
    PendingImport: 'a key without material cannot have grants',
  },
});

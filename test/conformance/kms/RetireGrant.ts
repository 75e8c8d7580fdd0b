import { RetireGrantCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { grantId, UNKNOWN_GRANT } from '../harness/grants.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';

export const RetireGrant = table(
  'RetireGrant',
  RetireGrantCommand,
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
        input: ({ arnOf }) => ({ KeyId: arnOf(`key/${UNKNOWN_KEY}`), GrantId: UNKNOWN_GRANT }),
      },
    ],
    InvalidGrantTokenException: { input: () => ({ GrantToken: 'nonsense' }) },
    InvalidGrantIdException: { input: (_stage, KeyId) => ({ KeyId, GrantId: 'nonsense' }) },
    InvalidArnException: {
      input: ({ aliasName }) => ({ KeyId: aliasName, GrantId: UNKNOWN_GRANT }),
    },
  },
  except: {
    Creating: 'grants belong to one Region',
    'missing key': 'has its own case',
    alias: 'has its own case',
    unauthorised: 'grants.test.ts',
    PendingImport: 'a key without material cannot have grants',
  },
});

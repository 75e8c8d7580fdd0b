import { RetireGrantCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { grantId, UNKNOWN_GRANT } from '../harness/grants.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';

export const RetireGrant = table(
  'RetireGrant',
  RetireGrantCommand,
)({
  good: async (stage, KeyId) => ({ KeyId, GrantId: await grantId(stage, KeyId) }),
  refuses: {
    NotFoundException: [
      {
        when: 'a grant that is not there',
        input: (_stage, KeyId) => ({ KeyId, GrantId: UNKNOWN_GRANT }),
      },
      {
        when: 'a key that is not there',
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
    Creating: 'grants are of one Region',
    'missing key': 'has a case of its own',
    alias: 'has a case of its own',
    unauthorised: 'grants.test.ts',
    PendingImport: 'a key without material takes no grants',
  },
});

import assert from 'node:assert/strict';
import { CreateGrantCommand, type CreateGrantCommandInput } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { grantee, GRANTS_PER_KEY } from '../harness/grants.ts';

export const CreateGrant = table(
  'CreateGrant',
  CreateGrantCommand,
)({
  validInput: (stage, KeyId) => ({
    KeyId,
    GranteePrincipal: grantee(stage),
    Operations: ['Encrypt'],
  }),
  checkOutput({ GrantId, GrantToken }) {
    assert.match(GrantId ?? '', /^[0-9a-f]{64}$/);
    assert.ok(GrantToken);
  },
  accepts: {
    'constraints and a name': (stage, KeyId) => ({
      KeyId,
      GranteePrincipal: grantee(stage),
      RetiringPrincipal: grantee(stage),
      Operations: ['Decrypt', 'RetireGrant'],
      Constraints: { EncryptionContextSubset: { a: '1' } },
      Name: 'mine',
    }),
  },
  refuses: {
    InvalidArnException: {
      when: 'an unknown principal',
      input: ({ account }, KeyId) => ({
        KeyId,
        GranteePrincipal: `arn:aws:iam::${account}:user/none`,
        Operations: ['Encrypt'],
      }),
    },
    LimitExceededException: {
      async input(stage, KeyId) {
        const input = {
          KeyId,
          GranteePrincipal: grantee(stage),
          Operations: ['Encrypt'],
        } satisfies CreateGrantCommandInput;
        for (let count = 0; count < GRANTS_PER_KEY; count += 1)
          await stage.kms.send(new CreateGrantCommand(input));
        return input;
      },
    },
    ValidationException: {
      when: 'an operation that the key does not support',
      input: (stage, KeyId) => ({ KeyId, GranteePrincipal: grantee(stage), Operations: ['Sign'] }),
    },
  },
});

import { CreateAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { ALIASES_PER_KEY, aliasOfAnother, newAlias } from '../harness/aliases.ts';

export const UpdateAlias = table(
  'UpdateAlias',
  UpdateAliasCommand,
)({
  validInput: async (stage, TargetKeyId) => ({
    AliasName: await aliasOfAnother(stage),
    TargetKeyId,
  }),
  refuses: {
    NotFoundException: {
      when: 'an unknown alias',
      input: (_stage, TargetKeyId) => ({ AliasName: 'alias/none', TargetKeyId }),
      text: /^Alias arn:\S+:alias\/none is not found\.$/,
    },
    LimitExceededException: {
      async input(stage, TargetKeyId) {
        for (let count = 0; count < ALIASES_PER_KEY; count += 1) {
          await stage.kms.send(new CreateAliasCommand({ AliasName: newAlias(), TargetKeyId }));
        }
        return { AliasName: await aliasOfAnother(stage), TargetKeyId };
      },
    },
    ValidationException: {
      when: 'a key of another type',
      input: async (stage) => ({
        AliasName: await aliasOfAnother(stage),
        TargetKeyId: await stage.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
      }),
    },
  },
  except: { Creating: 'aliases belong to one Region' },
});

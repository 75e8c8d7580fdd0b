import { CreateAliasCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { ALIASES_PER_KEY, newAlias } from '../harness/aliases.ts';

export const CreateAlias = table(
  'CreateAlias',
  CreateAliasCommand,
)({
  validInput: (_stage, TargetKeyId) => ({ AliasName: newAlias(), TargetKeyId }),
  refuses: {
    AlreadyExistsException: {
      input: ({ aliasName }, TargetKeyId) => ({ AliasName: aliasName, TargetKeyId }),
      text: /^An alias with the name arn:\S+:alias\/stage already exists$/,
    },
    LimitExceededException: {
      async input({ kms }, TargetKeyId) {
        for (let count = 0; count < ALIASES_PER_KEY; count += 1)
          await kms.send(new CreateAliasCommand({ AliasName: newAlias(), TargetKeyId }));
        return { AliasName: newAlias(), TargetKeyId };
      },
    },
    NotAuthorizedException: {
      when: 'a name reserved for AWS',
      input: (_stage, TargetKeyId) => ({ AliasName: 'alias/aws/mine', TargetKeyId }),
    },
    ValidationException: {
      when: 'a name without the prefix',
      input: (_stage, TargetKeyId) => ({ AliasName: 'mine', TargetKeyId }),
      text: 'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    },
  },
  unreachable: { InvalidAliasNameException: 'AWS rejects invalid names with ValidationException' },
});

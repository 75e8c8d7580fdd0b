import { CreateAliasCommand, DeleteAliasCommand } from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { newAlias } from '../harness/aliases.ts';

export const DeleteAlias = table(
  'DeleteAlias',
  DeleteAliasCommand,
)({
  async validInput({ kms }, TargetKeyId) {
    const AliasName = newAlias();
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    return { AliasName };
  },
  refuses: {
    NotFoundException: {
      input: () => ({ AliasName: 'alias/none' }),
      text: /^Alias arn:\S+:alias\/none is not found\.$/,
    },
  },
  except: { Creating: 'aliases belong to one Region', 'missing key': 'an alias always has a key' },
});

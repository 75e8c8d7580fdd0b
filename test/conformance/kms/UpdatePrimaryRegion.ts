import {
  DescribeKeyCommand,
  ReplicateKeyCommand,
  UpdatePrimaryRegionCommand,
} from '@aws-sdk/client-kms';
import { table } from '../harness/table.ts';

import { until } from '../../support/until.ts';
import { UNKNOWN_KEY } from '../harness/stage.ts';

export const UpdatePrimaryRegion = table(
  'UpdatePrimaryRegion',
  UpdatePrimaryRegionCommand,
)({
  key: { MultiRegion: true },
  async validInput({ kms, world }, KeyId) {
    await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
    const replica = KeyId.replace('us-east-1', 'eu-west-1');
    await until(`${replica} is enabled`, async () => {
      const { KeyMetadata } = await world
        .kmsIn('eu-west-1')
        .send(new DescribeKeyCommand({ KeyId: replica }));
      return KeyMetadata?.KeyState === 'Enabled';
    });
    return { KeyId, PrimaryRegion: 'eu-west-1' };
  },
  refuses: {
    NotFoundException: [
      {
        when: 'a Region without a replica',
        input: (_stage, KeyId) => ({ KeyId, PrimaryRegion: 'eu-west-1' }),
      },
      {
        when: 'an unknown key',
        input: () => ({ KeyId: UNKNOWN_KEY, PrimaryRegion: 'eu-west-1' }),
        text: /does not exist$/,
      },
    ],
    InvalidArnException: {
      input: ({ aliasName }) => ({ KeyId: aliasName, PrimaryRegion: 'eu-west-1' }),
      text: 'Key Aliases are not supported for this operation.',
    },
    UnsupportedOperationException: {
      when: 'a single-Region key',
      input: async (stage) => ({ KeyId: await stage.newKey(), PrimaryRegion: 'us-east-1' }),
    },
  },
  except: {
    'missing key': 'has its own case',
    alias: 'has its own case',
    PendingDeletion: 'a primary key with a replica becomes PendingReplicaDeletion',
    PendingReplicaDeletion: 'the valid input creates the replica itself',
    PendingImport: 'the replica has no material either',
    Unavailable: 'keys in custom key stores cannot be multi-Region',
  },
});

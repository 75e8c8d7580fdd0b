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
  async good({ kms, world }, KeyId) {
    await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
    const replica = KeyId.replace('us-east-1', 'eu-west-1');
    await until(`${replica} is there`, async () => {
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
        when: 'a key that is not there',
        input: () => ({ KeyId: UNKNOWN_KEY, PrimaryRegion: 'eu-west-1' }),
        text: /does not exist$/,
      },
    ],
    InvalidArnException: {
      input: ({ aliasName }) => ({ KeyId: aliasName, PrimaryRegion: 'eu-west-1' }),
      text: 'Key Aliases are not supported for this operation.',
    },
    UnsupportedOperationException: {
      when: 'a key of one Region',
      input: async (stage) => ({ KeyId: await stage.newKey(), PrimaryRegion: 'us-east-1' }),
    },
  },
  except: {
    'missing key': 'has a case of its own',
    alias: 'has a case of its own',
    PendingDeletion: 'a primary with a replica waits for that',
    PendingReplicaDeletion: 'the good input makes the replica itself',
    PendingImport: 'its replica has no material either: multi-region.test.ts',
    Unavailable: 'keys of custom key stores are not multi-Region',
  },
});

import assert from 'node:assert/strict';
import { CreateClusterCommand } from '@aws-sdk/client-cloudhsm-v2';
import { CreateCustomKeyStoreCommand } from '@aws-sdk/client-kms';
import { subnetIds } from '../../support/own-cluster.ts';
import { disconnectedStore, storeInput } from '../harness/key-stores.ts';
import { table } from '../harness/table.ts';

const elsewhere = 'needs another cluster: test/e2e/connection-errors.test.ts';

export const CreateCustomKeyStore = table(
  'CreateCustomKeyStore',
  CreateCustomKeyStoreCommand,
)({
  key: 'none',
  validInput: storeInput,
  checkOutput: ({ CustomKeyStoreId }) => assert.match(CustomKeyStoreId ?? '', /^cks-[0-9a-f]{17}$/),
  accepts: { 'a repeated request': storeInput },
  refuses: {
    CloudHsmClusterInUseException: {
      async input(stage) {
        await disconnectedStore(stage);
        return { ...(await storeInput(stage)), CustomKeyStoreName: 'another' };
      },
    },
    CloudHsmClusterNotActiveException: {
      async input(stage) {
        const input = { HsmType: 'hsm2m.medium', SubnetIds: await subnetIds(stage.world) };
        const { Cluster } = await stage.world.cloudhsm.send(new CreateClusterCommand(input));
        return {
          ...(await storeInput(stage)),
          CustomKeyStoreName: 'another',
          CloudHsmClusterId: Cluster?.ClusterId,
        };
      },
    },
    CloudHsmClusterNotFoundException: {
      input: async (stage) => ({
        ...(await storeInput(stage)),
        CustomKeyStoreName: 'another',
        CloudHsmClusterId: 'cluster-aaaaaaaaaaa',
      }),
    },
    CustomKeyStoreNameInUseException: {
      async input(stage) {
        await disconnectedStore(stage);
        return { ...(await storeInput(stage)), KeyStorePassword: 'another-1' };
      },
    },
    ValidationException: {
      when: 'a short password, without repeating it,',
      input: async (stage) => ({ ...(await storeInput(stage)), KeyStorePassword: 'secret' }),
      text: "1 validation error detected: Value at 'keyStorePassword' failed to satisfy constraint: Member must have length greater than or equal to 7",
    },
  },
  unreachable: {
    CloudHsmClusterInvalidConfigurationException: elsewhere,
    IncorrectTrustAnchorException: elsewhere,
    LimitExceededException: 'needs as many clusters as the limit of stores',
  },
});

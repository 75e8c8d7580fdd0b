import { defineOperation } from '../../operation.ts';
import { currentMaterial, requireAlgorithm, stopIfDryRun } from './bound-key.ts';

export const GenerateMac = defineOperation('kms', 'GenerateMac', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: {
      on: 'key',
      id: KeyId,
      aliases: true,
      states: 'cryptographic',
      usage: 'GENERATE_VERIFY_MAC',
    },
  }),
  async handle(services, { Message, MacAlgorithm, DryRun }, { key }) {
    requireAlgorithm(key.key, 'GENERATE_VERIFY_MAC', MacAlgorithm);
    stopIfDryRun(DryRun);
    const mac = await services.keyStores
      .storeFor(key.key)
      .mac(await currentMaterial(services, key), MacAlgorithm, Message);
    return { KeyId: key.arn, Mac: mac, MacAlgorithm };
  },
});

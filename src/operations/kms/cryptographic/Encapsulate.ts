import { defineOperation } from '../../operation.ts';
import { currentMaterial, requireAlgorithm, stopIfDryRun } from './bound-key.ts';

export const Encapsulate = defineOperation('kms', 'Encapsulate', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: {
      on: 'key',
      id: KeyId,
      aliases: true,
      states: 'cryptographic',
      usage: 'ENCAPSULATE_DECAPSULATE',
    },
  }),
  async handle(services, { EncapsulationAlgorithm, DryRun }, { key }) {
    requireAlgorithm(key.key, 'ENCAPSULATE_DECAPSULATE', EncapsulationAlgorithm);
    stopIfDryRun(DryRun);
    const { secret, ciphertext } = await services.keyStores
      .storeFor(key.key)
      .encapsulate(await currentMaterial(services, key));
    return {
      KeyId: key.arn,
      SharedSecret: secret,
      SharedSecretCiphertextBlob: ciphertext,
      EncapsulationAlgorithm,
    };
  },
});

import { defineOperation } from '../../operation.ts';
import { currentMaterial, requireAlgorithm, stopIfDryRun } from './bound-key.ts';

/**
 * A forged ciphertext of the right length yields a secret that nobody else knows (FIPS 203,
 * implicit rejection). One of the wrong length is rejected.
 */
export const Decapsulate = defineOperation('kms', 'Decapsulate', {
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
  async handle(services, { SharedSecretCiphertextBlob, EncapsulationAlgorithm, DryRun }, { key }) {
    requireAlgorithm(key.key, 'ENCAPSULATE_DECAPSULATE', EncapsulationAlgorithm);
    stopIfDryRun(DryRun);
    const secret = await services.keyStores
      .storeFor(key.key)
      .decapsulate(await currentMaterial(services, key), SharedSecretCiphertextBlob);
    return { KeyId: key.arn, SharedSecret: secret, EncapsulationAlgorithm };
  },
});

import { defineOperation } from '../../operation.ts';
import { currentMaterial, requireAlgorithm, stopIfDryRun } from './bound-key.ts';

/** A forged ciphertext of the right length gives a secret that nobody else knows, as FIPS 203 has it; one of a wrong length none. */
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

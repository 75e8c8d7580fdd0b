import { sealEnvelope } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { bindForEncryption, requireSymmetricDefault, stopIfDryRun } from './bound-key.ts';

export const Encrypt = defineOperation('kms', 'Encrypt', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic', usage: 'ENCRYPT_DECRYPT' } }),
  async handle(services, input, { key }) {
    requireSymmetricDefault(input.EncryptionAlgorithm, key.key.keySpec);
    stopIfDryRun(input.DryRun);
    const { keyStore, material, aad } = await bindForEncryption(services, key, input.EncryptionContext);
    const ciphertext = await keyStore.encrypt(material, input.Plaintext, aad);
    return {
      CiphertextBlob: sealEnvelope(material.materialId, ciphertext),
      KeyId: key.arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
    };
  },
});

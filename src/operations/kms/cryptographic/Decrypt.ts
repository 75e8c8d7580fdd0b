import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { bindForDecryption, requireSymmetricDefault, stopIfDryRun } from './bound-key.ts';

export const Decrypt = defineOperation('kms', 'Decrypt', {
  effect: 'read',
  targets: ({ CiphertextBlob, KeyId }) => ({
    key: {
      on: 'ciphertext',
      blob: CiphertextBlob ?? new Uint8Array(0),
      states: 'cryptographic',
      usage: 'ENCRYPT_DECRYPT',
      ...(KeyId !== undefined && { id: KeyId }),
    },
  }),
  async handle(services, input, { key }) {
    if (input.Recipient !== undefined) throw new KmsError('UnsupportedOperationException', 'Recipient is not supported.');
    requireSymmetricDefault(input.EncryptionAlgorithm, key.key.keySpec);
    stopIfDryRun(input.DryRun);
    const blob = input.CiphertextBlob ?? new Uint8Array(0);
    const { keyStore, material, aad, ciphertext } = await bindForDecryption(services, key, blob, input.EncryptionContext);
    return {
      KeyId: key.arn,
      Plaintext: await keyStore.decrypt(material, ciphertext, aad),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      ...(key.key.origin === 'AWS_KMS' && { KeyMaterialId: material.materialId }),
    };
  },
});

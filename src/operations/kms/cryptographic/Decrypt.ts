import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { bindForDecryption, materialShown, requireSymmetricDefault, stopIfDryRun } from './bound-key.ts';
import { ciphertextTarget, ignoresCiphertext } from './ciphertext-target.ts';

/** A dry run decrypts as well, unless told to ignore the ciphertext: only that shows whether the request would succeed. */
export const Decrypt = defineOperation('kms', 'Decrypt', {
  effect: 'read',
  targets: (input) => ({ key: ciphertextTarget(input, input.KeyId) }),
  async handle(services, input, { key }) {
    if (input.Recipient !== undefined) throw new KmsError('UnsupportedOperationException', 'Recipient is not supported.');
    requireSymmetricDefault(input.EncryptionAlgorithm, key.key.keySpec);
    if (ignoresCiphertext(input)) stopIfDryRun(true);
    const blob = input.CiphertextBlob ?? new Uint8Array(0);
    const { keyStore, material, aad, ciphertext } = await bindForDecryption(services, key, blob, input.EncryptionContext);
    const plaintext = await keyStore.decrypt(material, ciphertext, aad);
    stopIfDryRun(input.DryRun);
    return {
      KeyId: key.arn,
      Plaintext: plaintext,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      ...(materialShown(key) && { KeyMaterialId: material.materialId }),
    };
  },
});

import { defineOperation } from '../../operation.ts';
import { recipientOf, revealed } from '../recipient/recipient.ts';
import { bindForDecryption, materialShown, requireAlgorithm, stopIfDryRun } from './bound-key.ts';
import { ciphertextTarget, ignoresCiphertext } from './ciphertext-target.ts';

/**
 * A dry run decrypts too, unless it is told to ignore the ciphertext. Otherwise it could not tell
 * whether the request would succeed.
 */
export const Decrypt = defineOperation('kms', 'Decrypt', {
  effect: 'read',
  targets: (input) => ({ key: ciphertextTarget(input, input.KeyId) }),
  async handle(services, input, { key }, call) {
    const {
      CiphertextBlob: blob,
      EncryptionAlgorithm: algorithm = 'SYMMETRIC_DEFAULT',
      EncryptionContext: context,
    } = input;
    requireAlgorithm(key.key, 'ENCRYPT_DECRYPT', algorithm);
    const recipient = recipientOf(services, input.Recipient, call);
    if (ignoresCiphertext(input)) stopIfDryRun(true);
    const { ciphertext, ...bound } = await bindForDecryption(
      services,
      key,
      blob ?? new Uint8Array(0),
      { algorithm, context },
    );
    const plaintext = await bound.keyStore.decrypt({ ...bound, recipient }, ciphertext);
    stopIfDryRun(input.DryRun);
    return {
      KeyId: key.arn,
      ...revealed('Plaintext', plaintext, recipient),
      EncryptionAlgorithm: algorithm,
      ...(materialShown(key) &&
        recipient === undefined && { KeyMaterialId: bound.material.materialId }),
    };
  },
});

import { defineOperation } from '../../operation.ts';
import {
  bindForDecryption,
  bindForEncryption,
  blobOf,
  materialShown,
  requireAlgorithm,
  stopIfDryRun,
  type BoundKey,
} from './bound-key.ts';
import { ciphertextTarget, ignoresCiphertext } from './ciphertext-target.ts';

export const ReEncrypt = defineOperation('kms', 'ReEncrypt', {
  effect: 'read',
  targets: (input) => ({
    source: ciphertextTarget(input, input.SourceKeyId, 'kms:ReEncryptFrom'),
    destination: {
      on: 'key',
      id: input.DestinationKeyId,
      aliases: true,
      states: 'cryptographic',
      usage: 'ENCRYPT_DECRYPT',
      action: 'kms:ReEncryptTo',
    },
  }),
  async handle(services, input, { source, destination }) {
    const read = {
      algorithm: input.SourceEncryptionAlgorithm,
      context: input.SourceEncryptionContext,
    };
    const write = {
      algorithm: input.DestinationEncryptionAlgorithm,
      context: input.DestinationEncryptionContext,
    };
    requireAlgorithm(source.key, 'ENCRYPT_DECRYPT', read.algorithm ?? 'SYMMETRIC_DEFAULT');
    const to = await bindForEncryption(services, destination, write);
    if (ignoresCiphertext(input)) stopIfDryRun(true);
    const from = await bindForDecryption(
      services,
      source,
      input.CiphertextBlob ?? new Uint8Array(0),
      read,
    );
    const ciphertext = await reencrypt(from, to);
    stopIfDryRun(input.DryRun);
    return {
      CiphertextBlob: blobOf(to, ciphertext),
      SourceKeyId: source.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: from.algorithm,
      DestinationEncryptionAlgorithm: to.algorithm,
      ...(materialShown(source) && { SourceKeyMaterialId: from.material.materialId }),
      ...(materialShown(destination) && { DestinationKeyMaterialId: to.material.materialId }),
    };
  },
});

/**
 * Re-encrypts inside the HSMs if both keys are in one key store. Between two key stores the
 * plaintext has to pass through this process.
 */
async function reencrypt(
  from: BoundKey & { readonly ciphertext: Uint8Array },
  to: BoundKey,
): Promise<Uint8Array> {
  if (from.keyStore === to.keyStore) return from.keyStore.reencrypt(from, to);
  const plaintext = await from.keyStore.decrypt(from, from.ciphertext);
  try {
    return await to.keyStore.encrypt(to, plaintext);
  } finally {
    plaintext.fill(0);
  }
}

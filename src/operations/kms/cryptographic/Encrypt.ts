import {
  KmsError,
  maxPlaintext,
  type EncryptionAlgorithm,
  type KeySpec,
} from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { bindForEncryption, blobOf, stopIfDryRun } from './bound-key.ts';

export const Encrypt = defineOperation('kms', 'Encrypt', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, states: 'cryptographic', usage: 'ENCRYPT_DECRYPT' },
  }),
  async handle(services, { Plaintext, EncryptionAlgorithm, EncryptionContext, DryRun }, { key }) {
    const bound = await bindForEncryption(services, key, {
      algorithm: EncryptionAlgorithm,
      context: EncryptionContext,
    });
    requireFit(Plaintext, bound.algorithm, key.key.keySpec);
    stopIfDryRun(DryRun);
    const ciphertext = await bound.keyStore.encrypt(bound, Plaintext);
    return {
      CiphertextBlob: blobOf(bound, ciphertext),
      KeyId: key.arn,
      EncryptionAlgorithm: bound.algorithm,
    };
  },
});

function requireFit(plaintext: Uint8Array, algorithm: EncryptionAlgorithm, keySpec: KeySpec): void {
  const limit = maxPlaintext(keySpec, algorithm);
  if (plaintext.length <= limit) return;
  throw new KmsError(
    'ValidationException',
    `Algorithm ${algorithm} and key spec ${keySpec} cannot encrypt data larger than ${limit} bytes.`,
  );
}

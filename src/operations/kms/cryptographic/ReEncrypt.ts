import { sealEnvelope } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { bindForDecryption, bindForEncryption, materialShown, requireSymmetricDefault, stopIfDryRun } from './bound-key.ts';
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
    requireSymmetricDefault(input.SourceEncryptionAlgorithm, source.key.keySpec);
    requireSymmetricDefault(input.DestinationEncryptionAlgorithm, destination.key.keySpec);
    if (ignoresCiphertext(input)) stopIfDryRun(true);
    const blob = input.CiphertextBlob ?? new Uint8Array(0);
    const from = await bindForDecryption(services, source, blob, input.SourceEncryptionContext);
    const to = await bindForEncryption(services, destination, input.DestinationEncryptionContext);
    // Within one key store the plaintext stays in its HSMs; between two it has to pass through here.
    const ciphertext =
      from.keyStore === to.keyStore
        ? await from.keyStore.reencrypt(from, to)
        : await to.keyStore.encrypt(to.material, await from.keyStore.decrypt(from.material, from.ciphertext, from.aad), to.aad);
    stopIfDryRun(input.DryRun);
    return {
      CiphertextBlob: sealEnvelope(to.material.materialId, ciphertext),
      SourceKeyId: source.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      ...(materialShown(source) && { SourceKeyMaterialId: from.material.materialId }),
      ...(materialShown(destination) && { DestinationKeyMaterialId: to.material.materialId }),
    };
  },
});

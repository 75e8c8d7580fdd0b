import { sealEnvelope } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { bindForDecryption, bindForEncryption, requireSymmetricDefault, stopIfDryRun } from './bound-key.ts';

export const ReEncrypt = defineOperation('kms', 'ReEncrypt', {
  effect: 'read',
  targets: ({ CiphertextBlob, SourceKeyId, DestinationKeyId }) => ({
    source: {
      on: 'ciphertext',
      blob: CiphertextBlob ?? new Uint8Array(0),
      states: 'cryptographic',
      usage: 'ENCRYPT_DECRYPT',
      action: 'kms:ReEncryptFrom',
      ...(SourceKeyId !== undefined && { id: SourceKeyId }),
    },
    destination: {
      on: 'key',
      id: DestinationKeyId,
      aliases: true,
      states: 'cryptographic',
      usage: 'ENCRYPT_DECRYPT',
      action: 'kms:ReEncryptTo',
    },
  }),
  async handle(services, input, { source, destination }) {
    requireSymmetricDefault(input.SourceEncryptionAlgorithm, source.key.keySpec);
    requireSymmetricDefault(input.DestinationEncryptionAlgorithm, destination.key.keySpec);
    stopIfDryRun(input.DryRun);
    const blob = input.CiphertextBlob ?? new Uint8Array(0);
    const from = await bindForDecryption(services, source, blob, input.SourceEncryptionContext);
    const to = await bindForEncryption(services, destination, input.DestinationEncryptionContext);
    // Within one key store the plaintext stays in its HSMs; between two it has to pass through here.
    const ciphertext =
      from.keyStore === to.keyStore
        ? await from.keyStore.reencrypt(from, to)
        : await to.keyStore.encrypt(to.material, await from.keyStore.decrypt(from.material, from.ciphertext, from.aad), to.aad);
    return {
      CiphertextBlob: sealEnvelope(to.material.materialId, ciphertext),
      SourceKeyId: source.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT' as const,
      ...(source.key.origin === 'AWS_KMS' && { SourceKeyMaterialId: from.material.materialId }),
      ...(destination.key.origin === 'AWS_KMS' && { DestinationKeyMaterialId: to.material.materialId }),
    };
  },
});

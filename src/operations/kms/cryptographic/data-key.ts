import type { Request } from '../../../contract/index.ts';
import { KmsError } from '../../../domain/index.ts';
import type { RevealOptions } from '../../../keystores/index.ts';
import type { AuthorizedKey } from '../../operation.ts';
import type { Services } from '../../services.ts';
import { bindForEncryption, blobOf, materialShown, stopIfDryRun } from './bound-key.ts';

type Input = Request<'kms', 'GenerateDataKeyWithoutPlaintext'>;

const lengths: Readonly<Record<string, number>> = { AES_256: 32, AES_128: 16 };

/**
 * Generates a data key for GenerateDataKey and GenerateDataKeyWithoutPlaintext. `options` tells
 * whether, and to whom, the plaintext is revealed.
 */
export async function generateDataKey(
  services: Services,
  input: Input,
  key: AuthorizedKey,
  options: RevealOptions,
): Promise<{
  readonly CiphertextBlob: Uint8Array;
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
  readonly plaintext: Uint8Array | undefined;
}> {
  const length = dataKeyLength(input);
  const bound = await bindForEncryption(services, key, { context: input.EncryptionContext });
  stopIfDryRun(input.DryRun);
  const { plaintext, ciphertext } = await bound.keyStore.encryptRandom(bound, length, options);
  return {
    CiphertextBlob: blobOf(bound, ciphertext),
    KeyId: key.arn,
    ...(materialShown(key) &&
      options.recipient === undefined && { KeyMaterialId: bound.material.materialId }),
    plaintext,
  };
}

function dataKeyLength({ KeySpec, NumberOfBytes }: Input): number {
  if (KeySpec !== undefined && NumberOfBytes !== undefined) {
    throw new KmsError(
      'ValidationException',
      'Please specify either number of bytes or key spec, but not both.',
    );
  }
  const length = NumberOfBytes ?? (KeySpec === undefined ? undefined : lengths[KeySpec]);
  if (length === undefined)
    throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec.');
  return length;
}

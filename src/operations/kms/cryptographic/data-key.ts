import type { Request } from '../../../contract/index.ts';
import { KmsError, sealEnvelope } from '../../../domain/index.ts';
import type { AuthorizedKey } from '../../operation.ts';
import type { Services } from '../../services.ts';
import { bindForEncryption, materialShown, stopIfDryRun } from './bound-key.ts';

type Input = Request<'kms', 'GenerateDataKeyWithoutPlaintext'>;

const lengths: Readonly<Record<string, number>> = { AES_256: 32, AES_128: 16 };

/** What GenerateDataKey and GenerateDataKeyWithoutPlaintext have in common: all but whether the plaintext is shown. */
export async function generateDataKey(
  services: Services,
  input: Input,
  key: AuthorizedKey,
  reveal: boolean,
): Promise<{
  readonly CiphertextBlob: Uint8Array;
  readonly KeyId: string;
  readonly KeyMaterialId?: string;
  readonly Plaintext?: Uint8Array;
}> {
  const length = dataKeyLength(input);
  stopIfDryRun(input.DryRun);
  const { keyStore, material, aad } = await bindForEncryption(services, key, input.EncryptionContext);
  const { plaintext, ciphertext } = await keyStore.encryptRandom(material, length, aad, reveal);
  return {
    CiphertextBlob: sealEnvelope(material.materialId, ciphertext),
    KeyId: key.arn,
    ...(materialShown(key) && { KeyMaterialId: material.materialId }),
    ...(plaintext && { Plaintext: plaintext }),
  };
}

function dataKeyLength({ KeySpec, NumberOfBytes }: Input): number {
  if (KeySpec !== undefined && NumberOfBytes !== undefined) {
    throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec, but not both.');
  }
  const length = NumberOfBytes ?? (KeySpec === undefined ? undefined : lengths[KeySpec]);
  if (length === undefined) throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec.');
  return length;
}

import type { Request } from '../../../contract/index.ts';
import { keySpecs, KmsError, type DataKeyPairSpec } from '../../../domain/index.ts';
import type { RevealOptions } from '../../../keystores/index.ts';
import type { AuthorizedKey } from '../../operation.ts';
import type { Services } from '../../services.ts';
import { bindForEncryption, blobOf, materialShown, stopIfDryRun } from './bound-key.ts';

type Input = Request<'kms', 'GenerateDataKeyPairWithoutPlaintext'>;

interface DataKeyPair {
  readonly PrivateKeyCiphertextBlob: Uint8Array;
  readonly PublicKey: Uint8Array;
  readonly KeyId: string;
  readonly KeyPairSpec: DataKeyPairSpec;
  readonly KeyMaterialId?: string;
  readonly privateKey: Uint8Array | undefined;
}

/**
 * Generates a data key pair for both operations that do so. `options` tells whether, and to whom,
 * the private key is revealed.
 */
export async function generateDataKeyPair(
  services: Services,
  input: Input,
  key: AuthorizedKey,
  options: RevealOptions,
): Promise<DataKeyPair> {
  const { KeyPairSpec: spec } = input;
  if (key.key.origin === 'AWS_CLOUDHSM') {
    throw new KmsError(
      'UnsupportedOperationException',
      `${key.arn} origin is AWS_CLOUDHSM which is not valid for this operation.`,
    );
  }
  const bound = await bindForEncryption(services, key, { context: input.EncryptionContext });
  stopIfDryRun(input.DryRun);
  const { kind } = keySpecs[spec].material;
  const { publicKey, privateKey, ciphertext } = await bound.keyStore.encryptRandomPair(
    bound,
    kind,
    options,
  );
  return {
    PrivateKeyCiphertextBlob: blobOf(bound, ciphertext),
    PublicKey: publicKey,
    KeyId: key.arn,
    KeyPairSpec: spec,
    ...(materialShown(key) && { KeyMaterialId: bound.material.materialId }),
    privateKey,
  };
}

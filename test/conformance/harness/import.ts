import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import {
  GetParametersForImportCommand,
  type ImportKeyMaterialCommandInput,
} from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';

/**
 * Returns an ImportKeyMaterial input for a key with origin EXTERNAL. The material is random unless
 * given.
 */
export async function importInput(
  { kms }: Stage,
  KeyId: string,
  material: Uint8Array = randomBytes(32),
): Promise<ImportKeyMaterialCommandInput> {
  const wrapping = {
    WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
    WrappingKeySpec: 'RSA_2048',
  } as const;
  const { ImportToken, PublicKey } = await kms.send(
    new GetParametersForImportCommand({ KeyId, ...wrapping }),
  );
  const key = {
    key: Buffer.from(PublicKey ?? []),
    format: 'der',
    type: 'spki',
    oaepHash: 'sha256',
    padding: constants.RSA_PKCS1_OAEP_PADDING,
  } as const;
  return {
    KeyId,
    ImportToken,
    EncryptedKeyMaterial: publicEncrypt(key, material),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  };
}

/** The key material owner's part of an import, with node:crypto only. */
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import {
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type AlgorithmSpec,
  type ImportKeyMaterialCommandInput,
  type ImportKeyMaterialCommandOutput,
  type KMSClient,
  type WrappingKeySpec,
} from '@aws-sdk/client-kms';

export interface ImportParameters {
  readonly algorithm: AlgorithmSpec;
  readonly publicKey: Uint8Array;
  readonly token: Uint8Array;
}

export async function parametersFor(
  kms: KMSClient,
  KeyId: string,
  algorithm: AlgorithmSpec = 'RSA_AES_KEY_WRAP_SHA_256',
  spec: WrappingKeySpec = 'RSA_2048',
): Promise<ImportParameters> {
  const { PublicKey: publicKey = Buffer.alloc(0), ImportToken: token = Buffer.alloc(0) } =
    await kms.send(
      new GetParametersForImportCommand({
        KeyId,
        WrappingAlgorithm: algorithm,
        WrappingKeySpec: spec,
      }),
    );
  return { algorithm, publicKey, token };
}

const cached = new Map<string, Promise<ImportParameters>>();

/**
 * Returns cached parameters if there are any: they are valid for a day, and generating an RSA pair
 * is slow.
 */
async function sameParametersFor(kms: KMSClient, KeyId: string): Promise<ImportParameters> {
  const name = `${await kms.config.region()} ${KeyId}`;
  const parameters = cached.get(name) ?? parametersFor(kms, KeyId);
  cached.set(name, parameters);
  return parameters;
}

/**
 * Wraps key material with RSA-OAEP, or with a new AES key (RFC 5649) that is itself wrapped with
 * RSA-OAEP.
 */
export function wrap({ algorithm, publicKey }: ImportParameters, material: Uint8Array): Buffer {
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  const key = {
    key: Buffer.from(publicKey),
    format: 'der',
    type: 'spki',
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash,
  } as const;
  if (algorithm.startsWith('RSAES')) return publicEncrypt(key, material);
  const aes = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aes, Buffer.from('a65959a6', 'hex'));
  return Buffer.concat([publicEncrypt(key, aes), cipher.update(material), cipher.final()]);
}

type Rest = Omit<ImportKeyMaterialCommandInput, 'KeyId' | 'ImportToken' | 'EncryptedKeyMaterial'>;

/** Wraps and imports key material. It does not expire unless `rest` says so. */
export async function importMaterial(
  kms: KMSClient,
  KeyId: string,
  material: Uint8Array,
  rest: Rest & { readonly parameters?: ImportParameters } = {},
): Promise<ImportKeyMaterialCommandOutput> {
  const { parameters = await sameParametersFor(kms, KeyId), ...more } = rest;
  const EncryptedKeyMaterial = wrap(parameters, material);
  const expiration = {
    ExpirationModel: more.ValidTo ? 'KEY_MATERIAL_EXPIRES' : 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  } as const;
  return kms.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: parameters.token,
      EncryptedKeyMaterial,
      ...expiration,
      ...more,
    }),
  );
}

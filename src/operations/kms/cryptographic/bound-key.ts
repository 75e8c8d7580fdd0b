import { whenReady } from '../../../base/index.ts';
import {
  algorithmsOf,
  bindingOf,
  decodeCiphertextBlob,
  encodeCiphertextBlob,
  keySpecProperties,
  KmsError,
  MAX_CONTEXT_BYTES,
  serializeContext,
  type AlgorithmsByUsage,
  type EncryptionAlgorithm,
  type KeyRow,
  type KeyUsage,
  type MaterialRow,
} from '../../../domain/index.ts';
import type { EncryptionInput, KeyStore } from '../../../keystores/index.ts';
import type { AuthorizedKey } from '../../operation.ts';
import type { Services } from '../../services.ts';

/**
 * A key for one encryption or decryption: its store, its material, and the data that the ciphertext
 * is bound to.
 */
export interface BoundKey extends EncryptionInput {
  readonly keyStore: KeyStore;
  readonly algorithm: EncryptionAlgorithm;
}

/** Encryption parameters of a request. */
export interface EncryptionParams {
  /** Defaults to SYMMETRIC_DEFAULT. */
  readonly algorithm?: EncryptionAlgorithm | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
}

const NOTHING = new Uint8Array(0);

/** Binds a key for encryption under its current material. */
export function bindForEncryption(
  services: Services,
  key: AuthorizedKey,
  params: EncryptionParams,
): BoundKey | Promise<BoundKey> {
  const algorithm = agreedAlgorithm(key.key, params);
  return whenReady(currentMaterial(services, key), (material) =>
    bind(services, key, material, { context: params.context, algorithm }),
  );
}

/**
 * Binds a key for decryption under the material that the ciphertext names. Asymmetric ciphertexts
 * name none, and their keys have only one.
 */
export async function bindForDecryption(
  services: Services,
  key: AuthorizedKey,
  blob: Uint8Array,
  params: EncryptionParams,
): Promise<BoundKey & { readonly ciphertext: Uint8Array }> {
  const algorithm = agreedAlgorithm(key.key, params);
  if (isAsymmetric(key.key)) {
    return {
      ...bind(services, key, await currentMaterial(services, key), { ...params, algorithm }),
      ciphertext: blob,
    };
  }
  const parts = decodeCiphertextBlob(blob);
  if (!parts) throw new KmsError('InvalidCiphertextException');
  const material = await services.keys.material(parts.materialId, key.key.region);
  if (!material) throw brokenKey(`material ${parts.materialId} has no row`);
  return {
    ...bind(services, key, material, { ...params, algorithm }),
    ciphertext: parts.ciphertext,
  };
}

/**
 * Returns the CiphertextBlob: with a header for symmetric keys, else the bare ciphertext, as
 * encryption with the public key outside KMS yields it.
 */
export function blobOf({ material, algorithm }: BoundKey, ciphertext: Uint8Array): Uint8Array {
  return algorithm === 'SYMMETRIC_DEFAULT'
    ? encodeCiphertextBlob(material.materialId, ciphertext)
    : ciphertext;
}

/**
 * Returns whether responses name the material. They do for symmetric keys in the default key store,
 * which can have several.
 */
export function materialShown({ key }: AuthorizedKey): boolean {
  return keySpecProperties(key.keySpec).family === 'symmetric' && key.origin !== 'AWS_CLOUDHSM';
}

export function currentMaterial(
  { keys }: Services,
  { key }: AuthorizedKey,
): MaterialRow | Promise<MaterialRow> {
  const { currentMaterialId, keyId, region } = key;
  if (currentMaterialId === undefined)
    throw brokenKey(`key ${keyId} is usable and has no material`);
  return whenReady(keys.material(currentMaterialId, region), (material) => {
    if (!material) throw brokenKey(`material ${currentMaterialId} has no row`);
    return material;
  });
}

/**
 * Requires that keys of this spec support the algorithm.
 * @throws KmsError InvalidKeyUsageException
 */
export function requireAlgorithm<U extends KeyUsage>(
  { keySpec }: KeyRow,
  usage: U,
  algorithm: AlgorithmsByUsage[U],
): void {
  if (algorithmsOf(keySpec, usage).includes(algorithm)) return;
  throw new KmsError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${keySpec}.`,
  );
}

/** Ends a dry run after all checks. @throws KmsError DryRunOperationException */
export function stopIfDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true) {
    throw new KmsError(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
    );
  }
}

function agreedAlgorithm(
  key: KeyRow,
  { algorithm = 'SYMMETRIC_DEFAULT' }: EncryptionParams,
): EncryptionAlgorithm {
  requireAlgorithm(key, 'ENCRYPT_DECRYPT', algorithm);
  return algorithm;
}

function bind(
  { keyStores }: Services,
  { key }: AuthorizedKey,
  material: MaterialRow,
  { algorithm, context }: EncryptionParams & { readonly algorithm: EncryptionAlgorithm },
): BoundKey {
  return {
    keyStore: keyStores.storeFor(key),
    material,
    algorithm,
    aad: isAsymmetric(key) ? noBinding(context) : binding(key, material, context),
  };
}

function binding(
  { keyId }: KeyRow,
  { materialId }: MaterialRow,
  context: EncryptionParams['context'],
): Uint8Array {
  const serialized = serializeContext(context);
  if (serialized.length > MAX_CONTEXT_BYTES) {
    throw new KmsError(
      'ValidationException',
      `The encryption context must not exceed ${MAX_CONTEXT_BYTES} bytes.`,
    );
  }
  return bindingOf(materialId, keyId, serialized);
}

function noBinding(context: EncryptionParams['context']): Uint8Array {
  if (serializeContext(context).length > 0) {
    throw new KmsError(
      'ValidationException',
      'An encryption context is not supported with asymmetric keys.',
    );
  }
  return NOTHING;
}

function isAsymmetric({ keySpec }: KeyRow): boolean {
  return keySpecProperties(keySpec).family === 'asymmetric';
}

function brokenKey(how: string): KmsError {
  return new KmsError('KMSInternalException', undefined, { cause: new Error(how) });
}

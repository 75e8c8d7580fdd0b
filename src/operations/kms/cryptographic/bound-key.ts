import { whenReady } from '../../../base/index.ts';
import {
  algorithmsOf,
  bindingOf,
  keySpecProperties,
  KmsError,
  MAX_CONTEXT_BYTES,
  openEnvelope,
  sealEnvelope,
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

/** A key made ready for one call that encrypts or decrypts: its store, its material, and what the ciphertext is bound to. */
export interface BoundKey extends EncryptionInput {
  readonly keyStore: KeyStore;
  readonly algorithm: EncryptionAlgorithm;
}

/** What a caller says of how to encrypt. */
export interface EncryptionParams {
  /** SYMMETRIC_DEFAULT, if undefined. */
  readonly algorithm?: EncryptionAlgorithm | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
}

const NOTHING = new Uint8Array(0);

/** To encrypt: with the key's current material. */
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

/** To decrypt: with the material that the ciphertext names; asymmetric ciphertexts name none, and their keys have but one. */
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
  const envelope = openEnvelope(blob);
  if (!envelope) throw new KmsError('InvalidCiphertextException');
  const material = await services.keys.material(envelope.materialId, key.key.region);
  if (!material) throw brokenKey(`material ${envelope.materialId} has no row`);
  return {
    ...bind(services, key, material, { ...params, algorithm }),
    ciphertext: envelope.ciphertext,
  };
}

/** The CiphertextBlob: with a header for symmetric keys, the bare ciphertext for others, as anyone's public key would make it. */
export function blobOf({ material, algorithm }: BoundKey, ciphertext: Uint8Array): Uint8Array {
  return algorithm === 'SYMMETRIC_DEFAULT'
    ? sealEnvelope(material.materialId, ciphertext)
    : ciphertext;
}

/** Whether answers name the material: that of symmetric keys whose material KMS keeps, which may have several. */
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

/** Throws `InvalidKeyUsageException` unless keys of this spec work with the algorithm. */
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

/** DryRun: everything was checked, nothing is done. */
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

import { bindingOf, KmsError, MAX_CONTEXT_BYTES, openEnvelope, serializeContext, type MaterialRecord } from '../../../domain/index.ts';
import type { KeyStore } from '../../../keystores/index.ts';
import type { AuthorizedKey } from '../../operation.ts';
import type { Services } from '../../services.ts';

/** A key made ready for one cryptographic call: its store, its material, and what the ciphertext is bound to. */
export interface BoundKey {
  readonly keyStore: KeyStore;
  readonly material: MaterialRecord;
  readonly aad: Uint8Array;
}

type Context = Readonly<Record<string, string>> | undefined;

/** To encrypt: with the key's current material. */
export async function bindForEncryption(services: Services, key: AuthorizedKey, context: Context): Promise<BoundKey> {
  const { currentMaterialId, keyId } = key.key;
  if (currentMaterialId === undefined) throw brokenKey(`key ${keyId} is usable and has no material`);
  return bind(services, key, currentMaterialId, context);
}

/** To decrypt: with the material that the ciphertext names. */
export async function bindForDecryption(
  services: Services,
  key: AuthorizedKey,
  blob: Uint8Array,
  context: Context,
): Promise<BoundKey & { readonly ciphertext: Uint8Array }> {
  const envelope = openEnvelope(blob);
  if (!envelope) throw new KmsError('InvalidCiphertextException');
  const bound = await bind(services, key, envelope.materialId, context);
  return { ...bound, ciphertext: envelope.ciphertext };
}

async function bind({ keys, keyStores }: Services, { key }: AuthorizedKey, materialId: string, context: Context): Promise<BoundKey> {
  const serialized = serializeContext(context);
  if (serialized.length > MAX_CONTEXT_BYTES) {
    throw new KmsError('ValidationException', `The encryption context must not exceed ${MAX_CONTEXT_BYTES} bytes.`);
  }
  const material = await keys.material(materialId, key.region);
  if (!material) throw brokenKey(`material ${materialId} has no row`);
  return { keyStore: keyStores.of(key), material, aad: bindingOf(materialId, key.keyId, serialized) };
}

function brokenKey(how: string): KmsError {
  return new KmsError('KMSInternalException', undefined, { cause: new Error(how) });
}

/** Symmetric keys have one algorithm; asking for another is asking the wrong key. */
export function requireSymmetricDefault(algorithm: string | undefined, keySpec: string): void {
  if (algorithm === undefined || algorithm === 'SYMMETRIC_DEFAULT') return;
  throw new KmsError('InvalidKeyUsageException', `Algorithm ${algorithm} is incompatible with key spec ${keySpec}.`);
}

/** Whether answers name the material: that of symmetric keys whose material KMS keeps, which may have several. */
export function materialShown({ key }: AuthorizedKey): boolean {
  return key.keySpec === 'SYMMETRIC_DEFAULT' && key.origin !== 'AWS_CLOUDHSM';
}

/** DryRun: everything was checked, nothing is done. */
export function stopIfDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true) {
    throw new KmsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.');
  }
}

import type { Request } from '../../../contract/index.ts';
import { keySpecProperties, KmsError, type KeyRow } from '../../../domain/index.ts';
import { KeyStoreError } from '../../../keystores/index.ts';
import { defineOperation } from '../../operation.ts';
import { current } from '../../row-ref.ts';
import type { Services } from '../../services.ts';
import { keyRef } from '../../target-rows.ts';
import { chosenExpiry } from './expiration.ts';
import { openImportToken, type ImportToken } from './import-token.ts';
import { recordImport, type IncomingMaterial } from './record-import.ts';

type Input = Request<'kms', 'ImportKeyMaterial'>;

/**
 * The material is unencrypted only inside an HSM, which unwraps it and wraps it again under the
 * domain key.
 */
export const ImportKeyMaterial = defineOperation('kms', 'ImportKeyMaterial', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, kind: 'import', states: 'importable' } }),
  async handle(services, input, { key: { key, arn } }) {
    checkSymmetricOnly(input, key);
    const now = services.clock.now();
    const validTo = chosenExpiry(input, now);
    const token = await openImportToken(services, input.ImportToken, arn);
    const { materialId, location } = await unwrap(services, input, key, token);
    if (input.KeyMaterialId !== undefined && input.KeyMaterialId !== materialId) {
      throw new KmsError(
        'IncorrectKeyMaterialException',
        `The key material is not the one with id ${input.KeyMaterialId}.`,
      );
    }
    const incoming = {
      materialId,
      location,
      now,
      validTo,
      description: input.KeyMaterialDescription,
      type: input.ImportType,
    };
    await services.store.transact(async (transaction) => {
      await recordImport(transaction, await current(transaction, keyRef(key)), incoming);
    });
    return { KeyId: arn, KeyMaterialId: materialId };
  },
});

/**
 * Rejects members that tell several materials apart, if the key is not symmetric: other keys have
 * only one.
 */
function checkSymmetricOnly(
  { ImportType, KeyMaterialDescription, KeyMaterialId }: Input,
  { keySpec }: KeyRow,
): void {
  if (KeyMaterialId !== undefined && ImportType === 'NEW_KEY_MATERIAL') {
    throw new KmsError(
      'ValidationException',
      'KeyMaterialId can not be specified with ImportType NEW_KEY_MATERIAL.',
    );
  }
  if (keySpecProperties(keySpec).family === 'symmetric') return;
  for (const [name, value] of Object.entries({
    ImportType,
    KeyMaterialDescription,
    KeyMaterialId,
  })) {
    if (value === undefined) continue;
    throw new KmsError(
      'UnsupportedOperationException',
      `${name} is not supported with key spec ${keySpec}.`,
    );
  }
}

/**
 * Unwraps the material. Its ID is a hash of the key's ID and the bytes: the same bytes have another
 * ID in another key.
 */
async function unwrap(
  { keyStores }: Services,
  { EncryptedKeyMaterial }: Input,
  { keySpec, keyId }: KeyRow,
  { wrappingPair, algorithm }: ImportToken,
): Promise<Pick<IncomingMaterial, 'materialId' | 'location'>> {
  const type = keySpecProperties(keySpec).material;
  const prefix = Buffer.from(`key material of ${keyId}\0`, 'utf8');
  try {
    const foreign = { type, algorithm, wrapped: EncryptedKeyMaterial, prefix };
    const { location, length, fingerprint } = await keyStores.default.importMaterial(
      wrappingPair,
      foreign,
    );
    if ('length' in type && type.length !== length) throw notOfSpec(keySpec);
    return { materialId: Buffer.from(fingerprint).toString('hex'), location };
  } catch (error) {
    if (error instanceof KeyStoreError && error.failure === 'key-invalid') throw notOfSpec(keySpec);
    throw error;
  }
}

function notOfSpec(keySpec: string): KmsError {
  return new KmsError(
    'IncorrectKeyMaterialException',
    `The key material is not valid for key spec ${keySpec}.`,
  );
}

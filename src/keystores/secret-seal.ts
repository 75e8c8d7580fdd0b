import { hexId, SecretText } from '../base/index.ts';
import type { MaterialRow } from '../domain/index.ts';
import type { Store } from '../storage/index.ts';
import type { EncryptionInput, KeyStore } from './contract.ts';

/** Name of the setting that holds the row of the sealing key's material. */
const SETTING = 'password-seal';

/**
 * Encrypts Keyhold's own secrets under a key of the default key store, so that a stolen database
 * does not reveal them.
 */
export interface SecretSeal {
  /** Returns the encrypted secret in base64, bound to `purpose` as AAD. */
  seal(secret: SecretText, purpose: string): Promise<string>;
  /** Throws a `KeyStoreError`: `ciphertext-invalid` if it was not sealed for this purpose. */
  open(sealed: string, purpose: string): Promise<SecretText>;
}

export async function openSecretSeal(store: Store, keyStore: KeyStore): Promise<SecretSeal> {
  const material = (await storedMaterial(store)) ?? (await newMaterial(store, keyStore));
  const inputFor = (purpose: string): EncryptionInput => ({
    material,
    aad: Buffer.from(purpose, 'utf8'),
  });
  return {
    async seal(secret, purpose) {
      const ciphertext = await keyStore.encrypt(
        inputFor(purpose),
        Buffer.from(secret.reveal(), 'utf8'),
      );
      return Buffer.from(ciphertext).toString('base64');
    },
    async open(sealed, purpose) {
      const plaintext = await keyStore.decrypt(inputFor(purpose), Buffer.from(sealed, 'base64'));
      return new SecretText(Buffer.from(plaintext).toString('utf8'));
    },
  };
}

async function storedMaterial(store: Store): Promise<MaterialRow | undefined> {
  const setting = await store.read((reader) => reader.get('settings', SETTING));
  // Only `newMaterial` writes the setting.
  return setting && (JSON.parse(setting.value) as MaterialRow);
}

async function newMaterial(store: Store, keyStore: KeyStore): Promise<MaterialRow> {
  const materialId = hexId(64);
  const location = await keyStore.createMaterial({
    keyArn: 'keyhold secret seal',
    materialId,
    type: { kind: 'aes', length: 32 },
    usage: 'ENCRYPT_DECRYPT',
  });
  const material: MaterialRow = {
    materialId,
    account: '',
    region: '',
    keyId: '',
    creationDate: 0,
    state: 'CURRENT',
    ...location,
  };
  await store.transact((transaction) =>
    transaction.put('settings', { name: SETTING, value: JSON.stringify(material) }),
  );
  return material;
}

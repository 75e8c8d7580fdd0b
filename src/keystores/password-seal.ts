import { hexId, SecretText } from '../base/index.ts';
import type { MaterialRecord } from '../domain/index.ts';
import type { Store } from '../storage/index.ts';
import type { KeyStore } from './contract.ts';

const SETTING = 'password-seal';
const PURPOSE = Buffer.from('keyhold custom key store password');

/** Encrypts the passwords of custom key stores under a key of the default key store, so that a stolen database is useless. */
export interface PasswordSeal {
  seal(password: SecretText): Promise<string>;
  open(sealed: string): Promise<SecretText>;
}

export async function openPasswordSeal(store: Store, keyStore: KeyStore): Promise<PasswordSeal> {
  const material = (await storedMaterial(store)) ?? (await newMaterial(store, keyStore));
  return {
    async seal(password) {
      const ciphertext = await keyStore.encrypt(material, Buffer.from(password.reveal(), 'utf8'), PURPOSE);
      return Buffer.from(ciphertext).toString('base64');
    },
    async open(sealed) {
      const plaintext = await keyStore.decrypt(material, Buffer.from(sealed, 'base64'), PURPOSE);
      return new SecretText(Buffer.from(plaintext).toString('utf8'));
    },
  };
}

async function storedMaterial(store: Store): Promise<MaterialRecord | undefined> {
  const setting = await store.read((reader) => reader.get('settings', SETTING));
  // Written below, and by nothing else.
  return setting && (JSON.parse(setting.value) as MaterialRecord);
}

async function newMaterial(store: Store, keyStore: KeyStore): Promise<MaterialRecord> {
  const materialId = hexId(64);
  const location = await keyStore.createMaterial({ keyArn: 'keyhold password seal', materialId });
  const material: MaterialRecord = { materialId, account: '', region: '', keyId: '', creationDate: 0, ...location };
  await store.transact((transaction) => transaction.put('settings', { name: SETTING, value: JSON.stringify(material) }));
  return material;
}

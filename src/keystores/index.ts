/**
 * keystores: key stores, where key material is kept and used, behind one interface (`contract.ts`).
 * Each kind has a folder: `default/` (managed HSMs) and `cloudhsm/` (a customer's cluster). `hsm/`
 * holds what they share, `key-stores.ts` finds a key's store. This package must not know policies,
 * the AWS protocols or any operation.
 */
export {
  KeyStoreError,
  type EncryptionInput,
  type ImportAlgorithm,
  type KeyStore,
  type KeyStoreFailure,
  type MaterialLocation,
  type StoredMaterial,
  type RevealOptions,
  type SigningInput,
} from './contract.ts';
export { defaultMaterialStorage } from './default/default-material.ts';
export { hsmKeyStore } from './hsm/hsm-key-store.ts';
export { openKeyStores, type KeyStores } from './key-stores.ts';
export { passwordSeal } from './cloudhsm/password-seal.ts';
export { openSecretSeal, type SecretSeal } from './secret-seal.ts';

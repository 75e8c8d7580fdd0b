/**
 * keystores: where key material lives and is used: the default key store (managed HSMs) and CloudHSM key stores (the
 * customer's cluster), behind one interface, `contract.ts`. It must not know policies, the wire, or any operation.
 */
export {
  KeyStoreError,
  type Cipher,
  type ImportAlgorithm,
  type KeyStore,
  type KeyStoreFailure,
  type MaterialLocation,
  type NewMaterial,
  type Placed,
  type RandomKey,
  type RandomPair,
  type Recipient,
  type Reveal,
  type Signing,
} from './contract.ts';
export { defaultPlacement } from './default/token-placement.ts';
export { hsmKeyStore } from './hsm/hsm-key-store.ts';
export { openKeyStores, type KeyStores } from './key-stores.ts';
export { passwordSeal, type PasswordSeal } from './cloudhsm/password-seal.ts';
export { openSecretSeal, type SecretSeal } from './secret-seal.ts';

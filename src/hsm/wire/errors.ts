/** All reasons for which an HSM rejects a command. */
export type HsmErrorCode =
  | 'malformed-request'
  | 'unsupported-version'
  | 'not-logged-in'
  | 'not-permitted'
  | 'wrong-lifecycle'
  | 'user-not-found'
  | 'user-exists'
  | 'user-locked'
  | 'user-disabled'
  | 'user-logged-in'
  | 'user-owns-keys'
  | 'last-admin'
  | 'login-failed'
  /** A restore has voided the user's password. An admin sets a new one. */
  | 'password-voided'
  | 'invalid-argument'
  | 'key-not-found'
  | 'key-not-usable'
  | 'key-not-extractable'
  | 'key-invalid'
  /** The template of a new key contradicts the unwrap template of the key that unwraps it. */
  | 'template-inconsistent'
  | 'insufficient-copies'
  | 'ciphertext-invalid'
  | 'backup-invalid'
  | 'quorum-required'
  | 'quorum-failed'
  /** The cluster is guarded, and its admins have not admitted this HSM. */
  | 'admission-required'
  /** The HSM was removed from the cluster, or has another hardware key than the member. */
  | 'not-a-member'
  | 'limit-exceeded'
  /** Nothing was executed, because the disk is full, failing or damaged. */
  | 'disk-failure'
  | 'busy'
  | 'internal';

/** Error response of an HSM. The message is for people and never contains a secret. */
export class HsmError extends Error {
  readonly code: HsmErrorCode;

  constructor(code: HsmErrorCode, message: string = code) {
    super(message);
    this.name = 'HsmError';
    this.code = code;
  }
}

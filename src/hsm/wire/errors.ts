/** Why an HSM refuses, closed. */
export type HsmErrorCode =
  | 'malformed-request'
  | 'unsupported-version'
  | 'not-logged-in'
  | 'not-permitted'
  | 'wrong-lifecycle'
  | 'user-not-found'
  | 'user-exists'
  | 'user-locked'
  | 'user-logged-in'
  | 'user-owns-keys'
  | 'last-admin'
  | 'login-failed'
  | 'invalid-argument'
  | 'key-not-found'
  | 'key-not-usable'
  | 'key-not-extractable'
  | 'key-invalid'
  | 'insufficient-copies'
  | 'ciphertext-invalid'
  | 'backup-invalid'
  | 'quorum-required'
  | 'quorum-failed'
  | 'limit-exceeded'
  /** Nothing was done because it could not be written: full or failing disk, damaged files. */
  | 'disk-failure'
  | 'busy'
  | 'internal';

/** What KMS-side callers see as an error of the HSM itself. The message is for people and never holds a secret. */
export class HsmError extends Error {
  readonly code: HsmErrorCode;

  constructor(code: HsmErrorCode, message: string = code) {
    super(message);
    this.name = 'HsmError';
    this.code = code;
  }
}

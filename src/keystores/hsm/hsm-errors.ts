import { HsmUnreachableError } from '../../hsm/client/index.ts';
import { HsmError, type HsmErrorCode } from '../../hsm/wire/index.ts';
import { KeyStoreError, type KeyStoreFailure } from '../contract.ts';

/** Failure of the key store for each HSM error code. Codes not listed here indicate a bug. */
const failures: Partial<Record<HsmErrorCode, KeyStoreFailure>> = {
  'key-not-found': 'material-missing',
  'key-not-usable': 'material-missing',
  'ciphertext-invalid': 'ciphertext-invalid',
  'key-invalid': 'key-invalid',
  'insufficient-copies': 'insufficient-hsms',
  'disk-failure': 'insufficient-hsms',
  'not-logged-in': 'unreachable',
  busy: 'throttled',
  'limit-exceeded': 'throttled',
};

/** Translates an HSM's error to a key store's. The only place that does so. */
export function toKeyStoreError(error: unknown): KeyStoreError {
  if (error instanceof KeyStoreError) return error;
  if (error instanceof HsmError)
    return new KeyStoreError(failures[error.code] ?? 'internal', error.message, { cause: error });
  if (error instanceof HsmUnreachableError)
    return new KeyStoreError('unreachable', error.message, { cause: error });
  return new KeyStoreError('internal', 'unexpected failure in a key store', { cause: error });
}

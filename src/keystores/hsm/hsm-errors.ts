import { HsmUnreachableError } from '../../hsm/client/index.ts';
import { HsmError, type HsmErrorCode } from '../../hsm/wire/index.ts';
import { KeyStoreError, type KeyStoreFailure } from '../contract.ts';

/** What an HSM's refusal means to the key store; what is not listed is a fault of ours. */
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

/** The one place where errors of HSMs become errors of a key store. */
export function keyStoreError(error: unknown): KeyStoreError {
  if (error instanceof KeyStoreError) return error;
  if (error instanceof HsmError)
    return new KeyStoreError(failures[error.code] ?? 'internal', error.message, { cause: error });
  if (error instanceof HsmUnreachableError)
    return new KeyStoreError('unreachable', error.message, { cause: error });
  return new KeyStoreError('internal', 'unexpected failure in a key store', { cause: error });
}

import { BrokenSealError, deriveKey, joinShares, secretKey } from '../../crypto/index.ts';
import { HsmError } from '../wire/index.ts';

export const RECOVERY_KEY_BYTES = 32;
const KEY_ID_BYTES = 8;

/** Returns the ID of a recovery key: a one-way function of the key, as hex. */
export function recoveryKeyId(key: Uint8Array): string {
  const label = 'keyhold recovery key id';
  return deriveKey(secretKey(key), label, Buffer.alloc(0), KEY_ID_BYTES).toString('hex');
}

/**
 * Reconstructs the recovery key with this ID from decrypted shares.
 *
 * @throws HsmError `backup-invalid` if there are too few shares, or shares of another key.
 */
export function joinRecoveryKey(shares: readonly Uint8Array[], keyId: string): Buffer {
  const key = join(shares);
  if (key?.length === RECOVERY_KEY_BYTES && recoveryKeyId(key) === keyId) return key;
  throw new HsmError(
    'backup-invalid',
    `the shares do not give recovery key ${keyId}: there are too few, or some belong to another key`,
  );
}

function join(shares: readonly Uint8Array[]): Buffer | undefined {
  try {
    return joinShares(shares);
  } catch (error) {
    if (error instanceof BrokenSealError) return undefined;
    throw error;
  }
}

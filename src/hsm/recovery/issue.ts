import {
  fingerprintOf,
  InvalidKeyError,
  randomBytes,
  readRecipientKey,
  sealFor,
  splitSecret,
} from '../../crypto/index.ts';
import {
  HsmError,
  MAX_RECOVERY_HOLDERS,
  RECOVERY_SHARE_PURPOSE,
  type IssuedRecovery,
  type RecoveryHolder,
  type RecoveryHolderInfo,
  type RecoveryOrder,
} from '../wire/index.ts';
import { RECOVERY_KEY_BYTES, recoveryKeyId } from './recovery-key.ts';
import type { RecoverySet } from './recovery.ts';

type HolderKey = ReturnType<typeof readRecipientKey>;

/**
 * Makes a recovery key and splits it among the holders.
 *
 * @throws HsmError `invalid-argument` if the order is not valid.
 */
export function issueRecovery(order: RecoveryOrder): {
  readonly set: RecoverySet;
  readonly issued: IssuedRecovery;
} {
  const { holders, threshold } = order;
  checkOrder(order);
  const key = randomBytes(RECOVERY_KEY_BYTES);
  const info = { keyId: recoveryKeyId(key), threshold, holders: holders.map(describeHolder) };
  const pieces = splitSecret(key, holders.length, threshold);
  const shares = holders.map((holder, index) => ({
    holder: holder.name,
    encrypted: sealFor(keyOf(holder), pieces[index] ?? Buffer.alloc(0), RECOVERY_SHARE_PURPOSE),
  }));
  for (const piece of pieces) piece.fill(0);
  return { set: { ...info, key }, issued: { ...info, shares } };
}

/** @throws HsmError `invalid-argument` if the holder's key cannot be used. */
export function describeHolder(holder: RecoveryHolder): RecoveryHolderInfo {
  return { name: holder.name, fingerprint: fingerprintOf(keyOf(holder)) };
}

function checkOrder({ holders, threshold }: RecoveryOrder): void {
  if (holders.length === 0 || holders.length > MAX_RECOVERY_HOLDERS)
    throw invalid(`there must be 1 to ${MAX_RECOVERY_HOLDERS} recovery holders`);
  if (threshold < 1 || threshold > holders.length)
    throw invalid(`the recovery threshold must be 1 to ${holders.length}, the number of holders`);
  const infos = holders.map(describeHolder);
  for (const { name } of infos)
    if (!/^[\w-]{1,32}$/.test(name))
      throw invalid('the name of a recovery holder must have 1 to 32 letters, digits, - or _');
  if (new Set(infos.map(({ name }) => name.toLowerCase())).size < infos.length)
    throw invalid('two recovery holders have the same name');
  // A person with two shares would lower the threshold.
  if (new Set(infos.map(({ fingerprint }) => fingerprint)).size < infos.length)
    throw invalid('two recovery holders have the same key');
}

function keyOf({ name, publicKey }: RecoveryHolder): HolderKey {
  try {
    return readRecipientKey(publicKey);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw invalid(`the public key of recovery holder ${name}: ${error.message}`);
  }
}

function invalid(message: string): HsmError {
  return new HsmError('invalid-argument', message);
}

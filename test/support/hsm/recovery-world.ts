/** Test fixture: recovery holders with their keys, and what they do with their shares. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { openFor, randomBytes, sha256 } from '../../../src/crypto/index.ts';
import type { ControlChannel } from '../../../src/cluster/control-channel.ts';
import { connectHsm, type HsmConnection } from '../../../src/hsm/client/index.ts';
import {
  RECOVERY_SHARE_PURPOSE,
  type BackupUnlock,
  type IssuedRecovery,
  type RecoveryOrder,
} from '../../../src/hsm/wire/index.ts';
import type { WorldHsm } from './one-hsm-world.ts';

/** Largest piece of a backup that an unauthenticated client may send, in bytes. */
const PIECE_BYTES = 12 * 1024;

export interface Holders {
  readonly order: RecoveryOrder;
  /** Decrypts the shares of these holders, by default of all. */
  open(issued: IssuedRecovery | undefined, ...names: readonly string[]): Buffer[];
}

/** Creates holders with RSA keys, the last one with an EC key. */
export function recoveryHolders(names: readonly string[], threshold: number): Holders {
  const keys = new Map<string, KeyObject>();
  const holders = names.map((name, index) => {
    const { publicKey, privateKey } =
      index === names.length - 1
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 });
    keys.set(name, privateKey);
    return { name, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) };
  });
  return {
    order: { holders, threshold },
    open: (issued, ...wanted) =>
      (wanted.length > 0 ? wanted : names).map((name) => {
        const key = keys.get(name);
        const share = issued?.shares.find(({ holder }) => holder === name);
        if (!key || !share) throw new Error(`${name} has no share`);
        return openFor(key, share.encrypted, RECOVERY_SHARE_PURPOSE);
      }),
  };
}

/** Gives a permit to an HSM, as the control plane does. Returns its token. */
export async function permitRestore(
  control: ControlChannel,
  sourceRoots: readonly string[] = [],
): Promise<Buffer> {
  const token = randomBytes(32);
  await control.call('permitRestore', { tokenHash: sha256(token), sourceRoots });
  return token;
}

/**
 * Connects to an uninitialized HSM. Its certificate is self-signed: users compare its key with the
 * certificate of the hardware before they trust it.
 */
export async function connectUnclaimed({ address }: WorldHsm): Promise<HsmConnection> {
  const first = await connectHsm(address, { trustAnchor: undefined });
  first.close();
  return connectHsm(address, { trustAnchor: first.clusterCertificate });
}

/** Uploads a file in pieces. */
export async function upload(
  file: Uint8Array,
  write: (piece: { readonly offset: number; readonly bytes: Uint8Array }) => Promise<unknown>,
  piece = PIECE_BYTES,
): Promise<void> {
  for (let offset = 0; offset === 0 || offset < file.length; offset += piece)
    await write({ offset, bytes: file.subarray(offset, offset + piece) });
}

/** Restores a backup at the HSM's port, as its owner does. */
export async function restoreAtPort(
  hsm: WorldHsm,
  file: Uint8Array,
  unlock: BackupUnlock,
  sourceRoots: readonly string[] = [],
): Promise<void> {
  const permit = await permitRestore(hsm.control, sourceRoots);
  const connection = await connectUnclaimed(hsm);
  try {
    await upload(file, (piece) => connection.call('writeBackup', { ...piece, permit }));
    await connection.call('restoreBackup', { ...unlock, permit });
  } finally {
    connection.close();
  }
}

/** Returns all bytes of a backup that is read in pieces. */
export async function readAll(
  read: (offset: number) => Promise<{ readonly bytes: Uint8Array }>,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; ; offset += pieces.at(-1)?.length ?? 0) {
    const { bytes } = await read(offset);
    if (bytes.length === 0) return Buffer.concat(pieces);
    pieces.push(bytes);
  }
}

/**
 * Test fixture: what an attacker does with a backup file outside an HSM, by the published format.
 */
import {
  deriveKey,
  open,
  randomBytes,
  seal,
  secretKey,
  stretchPassword,
} from '../../../src/crypto/index.ts';
import { decodeBackupFile, packValue, unpackValue } from '../../../src/hsm/wire/index.ts';

interface Sealed {
  contents: Uint8Array;
  certificate: string;
  signature: Uint8Array;
}

export interface Contents {
  readonly facts: { readonly clusterKey: string; readonly maskingKey: Uint8Array };
  readonly records: readonly { kind: string; id: string; deleted: boolean; body: unknown }[];
}

/** Returns the key of this backup that follows from a 32-byte secret, and a passphrase if given. */
async function fileKey(file: Uint8Array, secret: Uint8Array, passphrase?: string): Promise<Buffer> {
  const nonce = Buffer.from(decodeBackupFile(file)?.header.salt ?? '', 'base64');
  const cost = { memory: 64 * 1024, passes: 3 };
  const stretched =
    passphrase === undefined ? Buffer.alloc(0) : await stretchPassword(passphrase, nonce, cost);
  const context = Buffer.concat([nonce, stretched]);
  return deriveKey(secretKey(secret), 'keyhold backup contents', context, 32);
}

/** The secret of a hardware backup, from the two files of the installation. */
export function hardwareSecret(manufacturer: Uint8Array, operator: Uint8Array): Buffer {
  return deriveKey(secretKey(manufacturer), 'keyhold backup', operator, 32);
}

/** Opens a backup. Throws `BrokenSealError` if the secret does not open it. */
export async function openOffline(
  file: Uint8Array,
  secret: Uint8Array,
  passphrase?: string,
): Promise<Contents> {
  const parts = decodeBackupFile(file);
  if (!parts) throw new Error('not a backup');
  const key = await fileKey(file, secret, passphrase);
  const { contents } = unpackValue(open(secretKey(key), parts.sealed, parts.prefix)) as Sealed;
  return unpackValue(contents) as Contents;
}

/** Opens a backup, changes its records and seals it again. */
export async function rewriteOffline(
  file: Uint8Array,
  secret: Uint8Array,
  change: (records: Contents['records']) => Contents['records'],
  sign?: (prefix: Uint8Array, contents: Uint8Array) => Omit<Sealed, 'contents'>,
): Promise<Buffer> {
  const parts = decodeBackupFile(file);
  if (!parts) throw new Error('not a backup');
  const key = secretKey(await fileKey(file, secret));
  const { contents, ...signed } = unpackValue(open(key, parts.sealed, parts.prefix)) as Sealed;
  const before = unpackValue(contents) as Contents;
  const after = packValue({ ...before, records: change(before.records) });
  const signature = sign?.(parts.prefix, after) ?? signed;
  return Buffer.concat([
    parts.prefix,
    seal(key, packValue({ contents: after, ...signature }), parts.prefix),
  ]);
}

/** A guess, for attackers who have nothing. */
export const nothing = (): Buffer => randomBytes(32);

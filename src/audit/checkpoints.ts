import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  messageSigner,
  readPublicKey,
  sha256,
  writePublicKey,
  type KeyPair,
} from '../crypto/index.ts';
import type { ChainHead } from './chain.ts';
import { linesOf } from './lines.ts';
import { repairedLength } from './torn-line.ts';

const HASH = /^[0-9a-f]{64}$/;
const FILE = 'checkpoints.ndjson';
const scheme = messageSigner('sha256');

/**
 * Kinds of checkpoints:
 * - `head`: where the chain stood at a time. Access to the files is not enough to change the events
 *   before it.
 * - `removed`: the last event that was removed because it was past its retention.
 * - `broken`: where the chain stood when Keyhold found that it does not continue from the last
 *   head.
 */
const kinds = ['head', 'removed', 'broken'] as const;
export type CheckpointKind = (typeof kinds)[number];

/** A head, and the part of the trail before it that Keyhold vouches for. */
export interface VouchedHead extends ChainHead {
  /**
   * Sequence number of the first event that Keyhold vouches for. It is 1 until Keyhold finds that
   * the trail was changed, and then that of the next event.
   */
  readonly from: number;
}

export interface Checkpoint extends VouchedHead {
  readonly kind: CheckpointKind;
  /** ISO 8601. */
  readonly time: string;
  /** P-256, DER in base64. */
  readonly publicKey: string;
  /** ECDSA with SHA-256, base64. */
  readonly signature: string;
}

type CheckpointContent = Pick<Checkpoint, 'kind' | 'time' | 'sequence' | 'hash' | 'from'>;

/**
 * Returns the text that is signed. `from` is part of it only after a change, so that checkpoints of
 * older versions remain valid.
 */
function signedText({ kind, time, sequence, hash, from }: CheckpointContent): Buffer {
  const vouched = from === 1 ? '' : `\nfrom ${from}`;
  return Buffer.from(`keyhold audit checkpoint\n${kind}\n${time}\n${sequence}\n${hash}${vouched}`);
}

interface Signing {
  readonly kind: CheckpointKind;
  readonly keys: KeyPair;
  readonly now: number;
}

/** Signs a head and appends it to the folder's checkpoints. It is durable once this resolves. */
export async function writeCheckpoint(
  folder: string,
  { sequence, hash, from }: VouchedHead,
  { kind, keys, now }: Signing,
): Promise<void> {
  const facts: CheckpointContent = {
    kind,
    time: new Date(now).toISOString(),
    sequence,
    hash,
    from,
  };
  const signature = Buffer.from(await scheme.sign(keys.privateKey, signedText(facts))).toString(
    'base64',
  );
  const checkpoint: Checkpoint = {
    ...facts,
    publicKey: writePublicKey(keys.publicKey).toString('base64'),
    signature,
  };
  const file = openSync(join(folder, FILE), 'a+', 0o600);
  try {
    repairedLength(file);
    writeSync(file, `${JSON.stringify(checkpoint)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Yields the folder's checkpoints, oldest first, and undefined for a line that is not a checkpoint.
 */
export async function* readCheckpoints(folder: string): AsyncGenerator<Checkpoint | undefined> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return;
  for await (const { text } of linesOf(path)) yield parseCheckpoint(text);
}

function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const {
      kind,
      time,
      sequence,
      hash,
      from = 1,
      publicKey,
      signature,
    } = JSON.parse(text) as Partial<Checkpoint>;
    if (typeof sequence !== 'number' || kind === undefined || !kinds.includes(kind))
      return undefined;
    if (typeof from !== 'number') return undefined;
    const texts = [time, hash, publicKey, signature];
    if (!texts.every((one) => typeof one === 'string')) return undefined;
    const [at = '', sum = '', key = '', signed = ''] = texts;
    // The signed text has one part a line.
    if (!HASH.test(sum) || at.includes('\n')) return undefined;
    return { kind, time: at, sequence, hash: sum, from, publicKey: key, signature: signed };
  } catch {
    return undefined;
  }
}

/**
 * Returns whether a checkpoint is signed by the key that it contains. `fingerprint` identifies that
 * key.
 */
export async function isSigned(checkpoint: Checkpoint): Promise<boolean> {
  try {
    const key = readPublicKey(Buffer.from(checkpoint.publicKey, 'base64'));
    return await scheme.verify(
      key,
      signedText(checkpoint),
      Buffer.from(checkpoint.signature, 'base64'),
    );
  } catch {
    return false;
  }
}

/**
 * Returns the SHA-256 of a checkpoint's public key, in hex. Auditors keep it elsewhere, to
 * recognize the key.
 */
export function fingerprint({ publicKey }: Pick<Checkpoint, 'publicKey'>): string {
  return sha256(Buffer.from(publicKey, 'base64')).toString('hex');
}

/** Returns the fingerprint of a key that signs checkpoints. */
export function keyFingerprint(publicKey: KeyPair['publicKey']): string {
  return fingerprint({ publicKey: writePublicKey(publicKey).toString('base64') });
}

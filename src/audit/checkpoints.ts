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

const FILE = 'checkpoints.ndjson';
const scheme = messageSigner('sha256');

/**
 * `head`: where the chain stood at a time; events before it can't be changed by whoever has the files alone.
 * `removed`: up to which event files were removed because they were past their retention.
 * `broken`: where it stood when Keyhold found that it did not lead there from where it had stood before.
 */
const kinds = ['head', 'removed', 'broken'] as const;
export type CheckpointKind = (typeof kinds)[number];

export interface Checkpoint extends ChainHead {
  readonly kind: CheckpointKind;
  /** ISO 8601. */
  readonly time: string;
  /** DER, base64. P-256. */
  readonly publicKey: string;
  /** ECDSA with SHA-256, base64. */
  readonly signature: string;
}

type Facts = Pick<Checkpoint, 'kind' | 'time' | 'sequence' | 'hash'>;

function signedText({ kind, time, sequence, hash }: Facts): Buffer {
  return Buffer.from(`keyhold audit checkpoint\n${kind}\n${time}\n${sequence}\n${hash}`);
}

interface Stamp {
  readonly kind: CheckpointKind;
  readonly keys: KeyPair;
  readonly now: number;
}

/** Signs what is to be vouched for and appends that to the folder's checkpoints; durable when it resolves. */
export async function writeCheckpoint(
  folder: string,
  { sequence, hash }: ChainHead,
  { kind, keys, now }: Stamp,
): Promise<void> {
  const facts: Facts = { kind, time: new Date(now).toISOString(), sequence, hash };
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

/** The folder's checkpoints, oldest first; undefined for a line that is none. */
export async function* readCheckpoints(folder: string): AsyncGenerator<Checkpoint | undefined> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return;
  for await (const { text } of linesOf(path)) yield parseCheckpoint(text);
}

function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const { kind, time, sequence, hash, publicKey, signature } = JSON.parse(
      text,
    ) as Partial<Checkpoint>;
    if (typeof sequence !== 'number' || kind === undefined || !kinds.includes(kind))
      return undefined;
    const texts = [time, hash, publicKey, signature];
    if (!texts.every((one) => typeof one === 'string')) return undefined;
    const [at = '', sum = '', key = '', signed = ''] = texts;
    return { kind, time: at, sequence, hash: sum, publicKey: key, signature: signed };
  } catch {
    return undefined;
  }
}

/** Whether its own key signed it; whose key that is, `fingerprint` says. */
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

/** SHA-256 of a checkpoint's public key, hex: what to keep elsewhere to know it again. */
export function fingerprint({ publicKey }: Pick<Checkpoint, 'publicKey'>): string {
  return sha256(Buffer.from(publicKey, 'base64')).toString('hex');
}

import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChainHead } from '../audit/index.ts';
import { readFileIfThere, writeFileDurably } from '../base/index.ts';

/** Result of a trail's last verification. */
export interface KnownTrail {
  /** Fingerprint of the key that signs its checkpoints. */
  readonly key: string;
  /** The newest event. */
  readonly head: ChainHead;
  /** ISO 8601. */
  readonly verifiedAt: string;
}

type KnownTrails = Readonly<Record<string, KnownTrail | undefined>>;

/** Path of the file, in the user's configuration folder. */
export function knownTrailsFile(env: NodeJS.ProcessEnv): string {
  const folder = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(folder, 'keyhold', 'known-audit-trails.json');
}

/** Returns what is remembered of a trail. Throws if the file is damaged. */
export function knownTrail(file: string, name: string): KnownTrail | undefined {
  const trails = readTrails(file);
  return Object.hasOwn(trails, name) ? trails[name] : undefined;
}

/** Remembers a trail, or forgets it if `trail` is undefined. */
export function rememberTrail(file: string, name: string, trail: KnownTrail | undefined): void {
  const { [name]: _replaced, ...others } = readTrails(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const trails: KnownTrails = { ...others, ...(trail && { [name]: trail }) };
  writeFileDurably(file, `${JSON.stringify(trails, undefined, 2)}\n`);
}

function readTrails(file: string): KnownTrails {
  const content = readFileIfThere(file);
  if (!content) return {};
  try {
    // Only `rememberTrail` writes the file.
    return JSON.parse(content.toString()) as KnownTrails;
  } catch {
    throw new Error(
      `${file} is damaged; restore it, or remove it to trust the keys that the trails have today`,
    );
  }
}

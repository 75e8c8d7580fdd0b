import { sha256 } from '../../crypto/index.ts';
import type { Rank } from './record.ts';

const FAN_OUT = 64;
const LEAVES = FAN_OUT * FAN_OUT;
/** Size of a digest, in bytes. */
const DIGEST_BYTES = 16;

/**
 * Digests of all records, of each of 64 branches, and of each of the 64 leaves of a branch. They
 * are updated with every change. Two replicas that compare them find the differences without
 * transferring what is equal. The name of a record determines its leaf.
 *
 * A digest is the exclusive-or of its records' hashes, so that adding or removing a record has
 * constant cost. That is sufficient because only HSMs of one cluster compare digests, and they
 * trust each other.
 */
export class DigestTree {
  readonly root = Buffer.alloc(DIGEST_BYTES);
  /** All 64 digests, concatenated. */
  readonly branches = Buffer.alloc(FAN_OUT * DIGEST_BYTES);
  readonly #leaves = Buffer.alloc(LEAVES * DIGEST_BYTES);
  readonly #members = new Map<number, Set<string>>();

  add(key: string, rank: Rank): void {
    const leaf = leafOf(key);
    this.#toggle(leaf, key, rank);
    const members = this.#members.get(leaf);
    if (members) members.add(key);
    else this.#members.set(leaf, new Set([key]));
  }

  /** Removes a record. Takes the rank with which it was added. */
  remove(key: string, rank: Rank): void {
    const leaf = leafOf(key);
    this.#toggle(leaf, key, rank);
    this.#members.get(leaf)?.delete(key);
  }

  /** Returns the 64 digests of a branch's leaves, concatenated. */
  leavesOf(branch: number): Buffer {
    const start = branch * FAN_OUT * DIGEST_BYTES;
    return this.#leaves.subarray(start, start + FAN_OUT * DIGEST_BYTES);
  }

  /** Returns the keys of the records in a leaf. Leaves are numbered across all branches. */
  members(leaf: number): Iterable<string> {
    return this.#members.get(leaf) ?? [];
  }

  #toggle(leaf: number, key: string, { version, deleted }: Rank): void {
    const hash = sha256(JSON.stringify([key, ...version, deleted]));
    xorInto(this.root, 0, hash);
    xorInto(this.branches, Math.floor(leaf / FAN_OUT) * DIGEST_BYTES, hash);
    xorInto(this.#leaves, leaf * DIGEST_BYTES, hash);
  }
}

/** Returns the indexes of the digests that differ between two concatenations. */
export function differingDigests(mine: Uint8Array, theirs: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let start = 0; start < theirs.length; start += DIGEST_BYTES) {
    if (
      Buffer.compare(
        mine.subarray(start, start + DIGEST_BYTES),
        theirs.subarray(start, start + DIGEST_BYTES),
      ) !== 0
    )
      numbers.push(start / DIGEST_BYTES);
  }
  return numbers;
}

/** Returns the number of a branch's leaf, across all branches. */
export function leafNumber(branch: number, leaf: number): number {
  return branch * FAN_OUT + leaf;
}

function xorInto(target: Buffer, offset: number, hash: Buffer): void {
  for (let index = 0; index < DIGEST_BYTES; index += 1)
    target[offset + index] = (target[offset + index] ?? 0) ^ (hash[index] ?? 0);
}

/** FNV-1a. It distributes names evenly and is cheap. Nothing secret depends on it. */
function leafOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return ((hash ^ (hash >>> 12)) >>> 0) % LEAVES;
}

import { sha256Hex } from '../crypto/index.ts';

/**
 * Head of a chain: the number of events, and the hash that binds the last of them to all before.
 */
export interface ChainHead {
  /** Sequence number of the last event. The first has 1. */
  readonly sequence: number;
  /** 64 hex digits. */
  readonly hash: string;
}

/** Head before the first event. */
export const GENESIS: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** One parsed line of the trail. */
export interface ChainedLine extends ChainHead {
  /** The event as it was recorded, in JSON. */
  readonly event: string;
}

/**
 * Returns the head after `event` (JSON) is appended. Its hash is SHA-256 over the previous hash,
 * the sequence number and the event.
 */
export function nextHead(before: ChainHead, event: string): ChainHead {
  const sequence = before.sequence + 1;
  return { sequence, hash: sha256Hex(`${before.hash}\n${sequence}\n${event}`) };
}

/**
 * Returns a line of the trail: the event with its place in the chain as its last member. The line
 * remains one JSON object that tools can read.
 */
export function chainedLine(event: string, { sequence, hash }: ChainHead): string {
  return `${event.slice(0, -1)},"keyholdChain":{"sequence":${sequence},"hash":"${hash}"}}\n`;
}

const LINE = /^(\{.*),"keyholdChain":\{"sequence":(\d{1,15}),"hash":"([0-9a-f]{64})"\}\}$/s;

/**
 * Parses a line, given without its line break. Returns undefined if it is not a line of a trail.
 */
export function parseLine(text: string): ChainedLine | undefined {
  const [, event, sequence, hash] = LINE.exec(text) ?? [];
  if (event === undefined || sequence === undefined || hash === undefined) return undefined;
  return { event: `${event}}`, sequence: Number(sequence), hash };
}

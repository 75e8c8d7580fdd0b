import { sha256Hex } from '../crypto/index.ts';

/** Where a chain stands: how many events there are, and what binds the last of them to all before. */
export interface ChainHead {
  /** Of the last event; the first has 1. */
  readonly sequence: number;
  /** 64 hex digits. */
  readonly hash: string;
}

/** Before the first event. */
export const GENESIS: ChainHead = { sequence: 0, hash: '0'.repeat(64) };

/** One line of the trail, taken apart. */
export interface ChainedLine extends ChainHead {
  /** The event as it was recorded: JSON. */
  readonly event: string;
}

/** The head after `event` (JSON) is appended: SHA-256 over the head before, the sequence number and the event. */
export function nextHead(before: ChainHead, event: string): ChainHead {
  const sequence = before.sequence + 1;
  return { sequence, hash: sha256Hex(`${before.hash}\n${sequence}\n${event}`) };
}

/** The event with its place in the chain as its last member, so that a line stays one JSON object that tools can read. */
export function chainedLine(event: string, { sequence, hash }: ChainHead): string {
  return `${event.slice(0, -1)},"keyholdChain":{"sequence":${sequence},"hash":"${hash}"}}\n`;
}

const LINE = /^(\{.*),"keyholdChain":\{"sequence":(\d{1,15}),"hash":"([0-9a-f]{64})"\}\}$/s;

/** `text` without its line break; undefined if it is no line of a trail. */
export function parseLine(text: string): ChainedLine | undefined {
  const [, event, sequence, hash] = LINE.exec(text) ?? [];
  if (event === undefined || sequence === undefined || hash === undefined) return undefined;
  return { event: `${event}}`, sequence: Number(sequence), hash };
}

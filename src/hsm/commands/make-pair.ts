import type { EngineKey } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { HsmError, type KeyPairKind } from '../wire/index.ts';

/** Pairs in the making at once: each takes a thread, of which Node has four, and signing and logins need some, too. */
const AT_ONCE = 2;
/** Pairs that may wait for their turn. */
const WAITING = 30;

interface Turns {
  running: number;
  readonly waiting: (() => void)[];
}
const turns = new WeakMap<Hsm, Turns>();

/** The private key of a new pair. Too many at once are refused as `busy`. */
export async function makePair(hsm: Hsm, kind: KeyPairKind): Promise<EngineKey> {
  const mine = turns.get(hsm) ?? { running: 0, waiting: [] };
  turns.set(hsm, mine);
  await myTurn(mine);
  try {
    return await hsm.engine.generatePair(kind);
  } finally {
    const next = mine.waiting.shift();
    // The turn passes on, or ends.
    if (next) next();
    else mine.running -= 1;
  }
}

function myTurn(turns: Turns): Promise<void> | undefined {
  if (turns.running < AT_ONCE) {
    turns.running += 1;
    return undefined;
  }
  if (turns.waiting.length >= WAITING)
    throw new HsmError('busy', 'too many key pairs are being made');
  return new Promise((resolve) => {
    turns.waiting.push(resolve);
  });
}

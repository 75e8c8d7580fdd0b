import type { EngineKey } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { HsmError, type KeyPairKind } from '../wire/index.ts';

/** Pairs that may be in the making at once: each takes a thread that signing needs, too. */
const MOST = 32;
const making = new WeakMap<Hsm, number>();

/** The private key of a new pair. Too many at once are refused as `busy`. */
export async function makePair(hsm: Hsm, kind: KeyPairKind): Promise<EngineKey> {
  const count = making.get(hsm) ?? 0;
  if (count >= MOST) throw new HsmError('busy', 'too many key pairs are being made');
  making.set(hsm, count + 1);
  try {
    return await hsm.engine.generatePair(kind);
  } finally {
    making.set(hsm, (making.get(hsm) ?? 1) - 1);
  }
}

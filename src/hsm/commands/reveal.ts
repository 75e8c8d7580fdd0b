import type { Engine, EngineResult } from '../engine/index.ts';

/**
 * Returns the secret for the response: the secret itself or, for a recipient, encrypted so that
 * only the recipient can read it.
 */
export function reveal(
  engine: Engine,
  secret: Uint8Array,
  recipient: Uint8Array | undefined,
): EngineResult<Uint8Array> {
  return recipient === undefined ? secret : sealAndWipe(engine, secret, recipient);
}

async function sealAndWipe(
  engine: Engine,
  secret: Uint8Array,
  recipient: Uint8Array,
): Promise<Uint8Array> {
  try {
    return await engine.sealForRecipient(recipient, secret);
  } finally {
    secret.fill(0);
  }
}

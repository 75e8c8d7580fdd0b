import type { Engine } from '../engine/index.ts';

/** A secret as it may be answered: itself, or, for a recipient, sealed so that only the recipient can read it. */
export async function reveal(
  engine: Engine,
  secret: Uint8Array,
  recipient: Uint8Array | undefined,
): Promise<Uint8Array> {
  if (recipient === undefined) return secret;
  try {
    return await engine.sealForRecipient(recipient, secret);
  } finally {
    secret.fill(0);
  }
}

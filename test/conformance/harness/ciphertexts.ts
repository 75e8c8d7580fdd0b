import { EncryptCommand } from '@aws-sdk/client-kms';
import type { Stage } from './stage.ts';

export const PLAINTEXT = Buffer.from('a secret');

export async function encrypted(
  { kms }: Stage,
  KeyId: string,
  EncryptionContext: Record<string, string> = {},
): Promise<Uint8Array> {
  return (
    (await kms.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT, EncryptionContext })))
      .CiphertextBlob ?? new Uint8Array(0)
  );
}

/** Returns a copy with its last bit flipped. */
export function flipped(ciphertext: Uint8Array): Uint8Array {
  return ciphertext.map((byte, at) => (at === ciphertext.length - 1 ? byte ^ 1 : byte));
}

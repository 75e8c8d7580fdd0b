import { KmsError } from '../../../domain/index.ts';
import type { Target } from '../../operation.ts';

interface CiphertextInput {
  readonly CiphertextBlob?: Uint8Array;
  readonly DryRun?: boolean;
  readonly DryRunModifiers?: readonly string[];
}

/**
 * Returns the target of Decrypt and ReEncrypt: the key that the ciphertext names, or the one that
 * the caller names. A dry run may ask about the latter without a ciphertext.
 * @throws KmsError ValidationException if the input names no key
 */
export function ciphertextTarget(
  input: CiphertextInput,
  id: string | undefined,
  action?: string,
): Target & { on: 'key' | 'ciphertext' } {
  const requirements = {
    states: 'cryptographic',
    usage: 'ENCRYPT_DECRYPT',
    ...(action !== undefined && { action }),
  } as const;
  if (ignoresCiphertext(input) && id !== undefined)
    return { on: 'key', id, aliases: true, ...requirements };
  const blob = input.CiphertextBlob;
  if (blob) return { on: 'ciphertext', blob, ...(id !== undefined && { id }), ...requirements };
  throw new KmsError(
    'ValidationException',
    "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
  );
}

/** Returns whether a dry run asks about permission alone. */
export function ignoresCiphertext({ DryRun, DryRunModifiers = [] }: CiphertextInput): boolean {
  return DryRun === true && DryRunModifiers.includes('IGNORE_CIPHERTEXT');
}

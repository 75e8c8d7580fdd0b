import { DAY_MS } from '../../../base/index.ts';
import type { Request } from '../../../contract/index.ts';
import { KmsError } from '../../../domain/index.ts';

const MAX_EXPIRY_MS = 365 * DAY_MS;

/**
 * Returns when the material expires, in milliseconds since the epoch, or undefined if it never
 * does. Source: ImportKeyMaterial, KMS API Reference.
 */
export function chosenExpiry(
  { ExpirationModel = 'KEY_MATERIAL_EXPIRES', ValidTo }: Request<'kms', 'ImportKeyMaterial'>,
  now: number,
): number | undefined {
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (ValidTo === undefined) return undefined;
    throw invalid(
      'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
    );
  }
  if (ValidTo === undefined)
    throw invalid('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES');
  const validTo = ValidTo.getTime();
  if (validTo <= now) throw invalid('The validTo date must be in the future');
  if (validTo > now + MAX_EXPIRY_MS)
    throw invalid('The validTo date must be at most 365 days from now');
  return validTo;
}

function invalid(text: string): KmsError {
  return new KmsError('ValidationException', text);
}

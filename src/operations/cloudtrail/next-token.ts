import type { LookupCursor } from '../../audit/index.ts';
import type { Request } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';

type Wanted = Request<'cloudtrail', 'LookupEvents'>;

/**
 * Encodes where the next page begins, and for which search. A token is valid only for that search.
 * It is opaque to clients.
 */
export function writeNextToken({ first, start }: LookupCursor, wanted: Wanted): string {
  return Buffer.from(JSON.stringify([first, start, searchOf(wanted)])).toString('base64url');
}

/** Decodes a token. @throws KmsError InvalidNextTokenException */
export function readNextToken(token: string | undefined, wanted: Wanted): LookupCursor | undefined {
  if (token === undefined) return undefined;
  try {
    const [first, start, search]: unknown[] = JSON.parse(
      Buffer.from(token, 'base64url').toString('utf8'),
    );
    if (isCount(first) && isCount(start) && search === searchOf(wanted)) return { first, start };
  } catch {
    // Every malformed token gets the same error.
  }
  throw invalidNextToken();
}

export function invalidNextToken(cause?: Error): KmsError {
  return new KmsError(
    'InvalidNextTokenException',
    'Invalid NextToken: use it with the same parameters as the call that returned it.',
    { cause },
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function searchOf({ LookupAttributes, StartTime, EndTime }: Wanted): string {
  return JSON.stringify([LookupAttributes, StartTime, EndTime]);
}

import { hexId } from '../../base/index.ts';
import { KmsError, type GrantRow } from '../../domain/index.ts';
import type { Reader, Store } from '../../storage/index.ts';

const VERSION = '1';
const PARTS = 6;

/**
 * Creates a token that names a grant. It is not a secret, because it helps nobody but the grantee.
 * Each token is unique.
 */
export function newGrantToken({ account, region, keyId, grantId }: GrantRow): string {
  return Buffer.from(
    [VERSION, account, region, keyId, grantId, hexId(16)].join('/'),
    'utf8',
  ).toString('base64url');
}

/**
 * Returns the grant that a token names.
 * @throws KmsError InvalidGrantTokenException if it names no grant in that Region
 */
export async function grantOfToken(
  reader: Reader,
  token: string,
  region: string,
): Promise<GrantRow> {
  const parts = Buffer.from(token, 'base64url').toString('utf8').split('/');
  const [version, account = '', there = '', keyId = '', grantId = ''] = parts;
  const whole = version === VERSION && parts.length === PARTS && there === region;
  const grant = whole ? await reader.get('grants', account, there, keyId, grantId) : undefined;
  if (!grant) throw new KmsError('InvalidGrantTokenException', 'The grant token is not valid.');
  return grant;
}

/**
 * Validates the grant tokens of a request. Grants take effect immediately, so no token is needed to
 * use one, but given tokens must be valid.
 * @throws KmsError InvalidGrantTokenException
 */
export function requireGrantTokens(
  store: Store,
  {
    input,
    region,
  }: { readonly input: { readonly GrantTokens?: readonly string[] }; readonly region: string },
): Promise<void> | undefined {
  const { GrantTokens: tokens } = input;
  if (tokens === undefined || tokens.length === 0) return undefined;
  return store.read(async (reader) => {
    for (const token of tokens) await grantOfToken(reader, token, region);
  });
}

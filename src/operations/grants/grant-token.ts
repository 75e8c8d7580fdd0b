import { hexId } from '../../base/index.ts';
import { KmsError, type GrantRow } from '../../domain/index.ts';
import type { Reader, Store } from '../../storage/index.ts';

const VERSION = '1';
const PARTS = 6;

/** Names a grant. It is no secret: a token is of no use to whom the grant is not for. Each differs from all others. */
export function newGrantToken({ account, region, keyId, grantId }: GrantRow): string {
  return Buffer.from(
    [VERSION, account, region, keyId, grantId, hexId(16)].join('/'),
    'utf8',
  ).toString('base64url');
}

/** @throws KmsError InvalidGrantTokenException if it names no grant of that Region */
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
 * Grants are in force at once here, so that no token is needed to use one. Those that are given must be good all the same.
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

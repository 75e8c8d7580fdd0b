import { SecretText } from '../base/index.ts';
import { canonicalRequest, stringToSign, type SignableHeaders } from './canonical.ts';
import { deriveSigningKey } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string | SecretText;
  readonly sessionToken?: string;
}

export interface RequestToSign {
  readonly method: string;
  /** Default: `/`. */
  readonly path?: string;
  readonly query?: string;
  /** Names in lower case. `host` is required. */
  readonly headers: SignableHeaders;
  readonly body?: Uint8Array | string;
  readonly region: string;
  /** The signing name: `kms`, `cloudhsm`, `sts`, `keyhold`. */
  readonly service: string;
  readonly credentials: Credentials;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Returns the request's headers with `x-amz-date`, `x-amz-security-token` (for sessions) and
 * `authorization` added.
 *
 * @example
 * ```ts
 * import { signRequest } from 'src/sigv4/index.ts';
 *
 * const headers = signRequest({
 *   method: 'POST',
 *   headers: { host: '127.0.0.1:4599', 'x-amz-target': 'TrentService.ListKeys' },
 *   body: '{}',
 *   region: 'us-east-1',
 *   service: 'kms',
 *   credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a secret' },
 *   now: Date.UTC(2026, 0, 2),
 * });
 * assert.equal(headers['x-amz-date'], '20260102T000000Z');
 * ```
 */
export function signRequest(request: RequestToSign): Record<string, string | readonly string[]> {
  const { credentials, region, service } = request;
  const timestamp = formatTimestamp(request.now);
  const date = timestamp.slice(0, 8);
  const headers: Record<string, string | readonly string[]> = { 'x-amz-date': timestamp };
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = value;
  if (credentials.sessionToken !== undefined)
    headers['x-amz-security-token'] = credentials.sessionToken;
  const signedHeaders = Object.keys(headers).toSorted().join(';');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const { method, path = '/', query = '', body = '' } = request;
  const text = stringToSign(
    timestamp,
    scope,
    canonicalRequest({ method, path, query, headers, body }, signedHeaders),
  );
  const secret =
    credentials.secretAccessKey instanceof SecretText
      ? credentials.secretAccessKey.reveal()
      : credentials.secretAccessKey;
  const signature = deriveSigningKey(secret, date, region, service).sign(text);
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return headers;
}

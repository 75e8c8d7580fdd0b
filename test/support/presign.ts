import { canonicalRequest, stringToSign } from '../../src/sigv4/canonical.ts';
import { deriveSigningKey } from '../../src/sigv4/signing-key.ts';
import { formatTimestamp } from '../../src/sigv4/timestamp.ts';
import type { AwsCredentials } from './principals.ts';

export interface UrlToSign {
  readonly endpoint: string;
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Headers that the sender must send, beside `host`. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  /** `X-Amz-Expires`. Left out if undefined. */
  readonly expires: number | undefined;
}

/** Returns a URL with a signature, for a POST with this body. */
export function presign(request: UrlToSign): string {
  const { endpoint, service, region, credentials, body, signedAt, expires } = request;
  const timestamp = formatTimestamp(signedAt);
  const date = timestamp.slice(0, 8);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const headers = { ...request.headers, host: new URL(endpoint).host };
  const signedHeaders = Object.keys(headers).toSorted().join(';');
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': timestamp,
    ...(expires !== undefined && { 'X-Amz-Expires': String(expires) }),
    'X-Amz-SignedHeaders': signedHeaders,
  }).toString();
  const canonical = canonicalRequest(
    { method: 'POST', path: '/', query, headers, body },
    signedHeaders,
  );
  const signature = deriveSigningKey(credentials.secretAccessKey, date, region, service).sign(
    stringToSign(timestamp, scope, canonical),
  );
  return `${endpoint}/?${query}&X-Amz-Signature=${signature}`;
}

/**
 * Enrolment token: the control plane's address and authority, and a secret that lets its bearer
 * enrol one host.
 */
export interface EnrolmentToken {
  /** Address of the control plane, `host:port`. */
  readonly address: string;
  /** Certificate of the authority that certifies the control plane and its hosts, PEM. */
  readonly authority: string;
  /** ID of the token, and of the host that enrols with it. */
  readonly id: string;
  readonly secret: string;
}

export function encodeToken(token: EnrolmentToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Decodes a token. Returns undefined if it is malformed. */
export function decodeToken(text: string): EnrolmentToken | undefined {
  try {
    const { address, authority, id, secret } = JSON.parse(
      Buffer.from(text, 'base64url').toString(),
    ) as Record<string, unknown>;
    if (
      typeof address !== 'string' ||
      typeof authority !== 'string' ||
      typeof id !== 'string' ||
      typeof secret !== 'string'
    )
      return undefined;
    return { address, authority, id, secret };
  } catch {
    return undefined;
  }
}

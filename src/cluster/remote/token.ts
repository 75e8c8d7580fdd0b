/** What a host needs to enrol: where, whom to believe there, and what lets it in. Whoever has it may enrol, once. */
export interface EnrolmentToken {
  /** host:port of the control plane. */
  readonly address: string;
  /** PEM of the authority that certifies the control plane and its hosts. */
  readonly authority: string;
  readonly id: string;
  readonly secret: string;
}

export function encodeToken(token: EnrolmentToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** Undefined if it is no token. */
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

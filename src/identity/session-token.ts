import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { BrokenSealError, open, randomBytes, seal } from '../crypto/index.ts';
import { sealedSetting, type Store } from '../storage/index.ts';
import type { Seal } from './access-key-secret.ts';
import type { SessionPolicies } from './policy-loader.ts';

/** A session. Its token contains all of it; nothing is stored. */
export interface Session {
  readonly secret: string;
  readonly account: string;
  /**
   * The session's role or user, by name and unique ID. A recreated one with the same name does not
   * take over the session.
   */
  readonly kind: 'role' | 'user';
  readonly name: string;
  readonly uniqueId: string;
  /** Present exactly for a role. */
  readonly sessionName?: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly policies?: SessionPolicies;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  readonly federatedProvider?: string;
}

/**
 * Writes and reads session tokens: AES-256-GCM under a key that the default key store seals, bound
 * to the access key's ID.
 */
export interface SessionTokens {
  /** Creates a token of at least `minimumSize` characters of base64. */
  write(accessKeyId: string, session: Session, minimumSize?: number): Promise<string>;
  /**
   * Returns the session, or undefined if the token was not created here, or belongs to another
   * access key.
   */
  read(accessKeyId: string, token: string): Promise<Session | undefined>;
}

const LENGTH_BYTES = 4;
/** Maximum size of an inflated session, in bytes. */
const MAX_INFLATED_BYTES = 65_536;
/** Bytes that nonce and tag add. */
const SEAL_BYTES = 28;

export function openSessionTokens(store: Store, secrets: Seal): SessionTokens {
  let key: Promise<Buffer> | undefined;
  function theKey(): Promise<Buffer> {
    key ??= tokenKey(store, secrets).catch((error: unknown) => {
      // The store may be reachable again for the next request.
      key = undefined;
      throw error;
    });
    return key;
  }
  return {
    async write(accessKeyId, session, minimumSize = 0) {
      const body = deflateRawSync(JSON.stringify(session));
      const content = Buffer.alloc(
        Math.max(LENGTH_BYTES + body.length, Math.ceil((minimumSize * 3) / 4) - SEAL_BYTES),
      );
      content.writeUInt32BE(body.length);
      content.set(body, LENGTH_BYTES);
      return seal(await theKey(), content, Buffer.from(accessKeyId)).toString('base64');
    },
    async read(accessKeyId, token) {
      const content = opened(await theKey(), token, accessKeyId);
      if (!content) return undefined;
      const body = content.subarray(LENGTH_BYTES, LENGTH_BYTES + content.readUInt32BE());
      // Authenticated, so it is what `write` put in.
      return JSON.parse(
        inflateRawSync(body, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8'),
      ) as Session;
    },
  };
}

function opened(key: Buffer, token: string, accessKeyId: string): Buffer | undefined {
  try {
    return open(key, Buffer.from(token, 'base64'), Buffer.from(accessKeyId));
  } catch (error) {
    if (error instanceof BrokenSealError) return undefined;
    throw error;
  }
}

async function tokenKey(store: Store, secrets: Seal): Promise<Buffer> {
  const key = await sealedSetting(store, secrets, {
    name: 'session-token-key',
    make: () => randomBytes(32).toString('base64'),
  });
  return Buffer.from(key.reveal(), 'base64');
}

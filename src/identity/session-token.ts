import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { BrokenSealError, open, randomBytes, seal } from '../crypto/index.ts';
import { sealedSetting, type Store } from '../storage/index.ts';
import type { Seal } from './access-key-secret.ts';
import type { SessionPolicies } from './policy-loader.ts';

/** What a session is: all of it travels in its token, and nothing of it is stored. */
export interface Session {
  readonly secret: string;
  readonly account: string;
  /** Whose session it is, by name and by unique id: a recreated role or user of the same name doesn't take it over. */
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

/** Makes and reads session tokens: AES-256-GCM under a key that the default key store seals, bound to the access key's id. */
export interface SessionTokens {
  /** At least `minimumSize` characters of base64. */
  write(accessKeyId: string, session: Session, minimumSize?: number): Promise<string>;
  /** Undefined if the token was not made here, or for another access key. */
  read(accessKeyId: string, token: string): Promise<Session | undefined>;
}

const LENGTH_BYTES = 4;
/** No session is larger when inflated. */
const MAX_INFLATED_BYTES = 65_536;
/** What nonce and tag add. */
const SEAL_BYTES = 28;

export function openSessionTokens(store: Store, secrets: Seal): SessionTokens {
  let key: Promise<Buffer> | undefined;
  function theKey(): Promise<Buffer> {
    key ??= tokenKey(store, secrets).catch((error: unknown) => {
      // A store that can't be reached now may be there for the next request.
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
      // Authentic, so it is what `write` put in.
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

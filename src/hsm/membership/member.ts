import {
  decodePublicKey,
  writePublicKey,
  signSha256,
  verifySha256,
  type KeyPair,
} from '../../crypto/index.ts';
import type { Admission, Change } from '../replication/index.ts';

/** Body of a member's record. The record's ID is the HSM's. */
export interface MemberBody extends Admission {
  /** Address and zone at the time of admission, as the control plane stated them. */
  readonly host: string;
  readonly zone: string;
  /** Milliseconds since the epoch. */
  readonly admittedAt: number;
  /** Admin who admitted the HSM. Only in a guarded cluster. */
  readonly admin?: string;
}

/** The HSM that states an admission. */
export interface Admitter {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly hardwareKeys: KeyPair;
}

/** A new member. */
export interface NewMember extends Pick<MemberBody, 'host' | 'zone' | 'admittedAt' | 'admin'> {
  readonly hsmId: string;
  readonly publicKey: KeyPair['publicKey'];
}

/** Returns the change that makes an HSM a member, with the admitter's signed statement. */
export function putMember(admitter: Admitter, { hsmId, publicKey, ...rest }: NewMember): Change {
  const encoded = writePublicKey(publicKey);
  const statement = statementOf(admitter.clusterId, hsmId, encoded);
  const body: MemberBody = {
    ...rest,
    publicKey: encoded,
    admittedBy: admitter.hsmId,
    signature: signSha256(admitter.hardwareKeys.privateKey, statement),
  };
  return { kind: 'member', id: hsmId, body };
}

/**
 * Returns the change that removes a member permanently. For an HSM that was never a member, it
 * means that it can't become one.
 */
export function removeMember(hsmId: string): Change {
  return { kind: 'member', id: hsmId };
}

/** Returns the admission in a greeting, or undefined if it is malformed. */
export function readAdmission(value: unknown): Admission | undefined {
  const { publicKey, admittedBy, signature }: Partial<Record<keyof Admission, unknown>> =
    Object(value);
  return publicKey instanceof Uint8Array &&
    typeof admittedBy === 'string' &&
    signature instanceof Uint8Array
    ? { publicKey, admittedBy, signature }
    : undefined;
}

/** Returns whether the admitter with this public key has made the statement about the HSM. */
export function isAdmittedBy(
  admitterKey: Uint8Array,
  { clusterId, hsmId }: { readonly clusterId: string; readonly hsmId: string },
  { publicKey, signature }: Admission,
): boolean {
  return isSignedWith(admitterKey, statementOf(clusterId, hsmId, publicKey), signature);
}

/** Returns whether the holder of a hardware key (SubjectPublicKeyInfo, DER) signed the data. */
export function isSignedWith(
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = decodePublicKey(publicKey);
  return key !== undefined && verifySha256(key, data, signature);
}

function statementOf(clusterId: string, hsmId: string, publicKey: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`keyhold admission/${clusterId}/${hsmId}/`), publicKey]);
}

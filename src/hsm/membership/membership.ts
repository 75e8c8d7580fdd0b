import { writePublicKey, sha256Hex, signSha256 } from '../../crypto/index.ts';
import type {
  Admission,
  Change,
  PeerMembership,
  Replica,
  ReplicaRecord,
  Standing,
} from '../replication/index.ts';
import { HsmError, type JoinRequest, type MemberInfo } from '../wire/index.ts';
import {
  isAdmittedBy,
  isSignedWith,
  putMember,
  readAdmission,
  removeMember,
  type Admitter,
  type MemberBody,
  type NewMember,
} from './member.ts';
import { Waiting } from './waiting.ts';

/** Maximum number of HSMs that wait for admission: as many as a cluster has at most. */
const MAX_WAITING = 28;

const REMOVED = 'HSM was removed from its cluster. Delete it.';
const UNLISTED =
  'HSM is not a member of its cluster, because an earlier version of Keyhold set it up. Delete it and create another. If no HSM is a member, restore a backup into a new cluster.';

/** An HSM that asks to join, with the fingerprint of its hardware key (64 hex digits). */
export type Candidate = Omit<JoinRequest, 'requestedAt'>;

/** The members of the cluster, as this HSM knows them. */
export class Membership implements PeerMembership {
  /** SHA-256 of this HSM's hardware key, 64 hex digits. */
  readonly fingerprint: string;
  readonly #own: Admitter;
  readonly #replica: Replica;
  readonly #members = new Map<string, MemberBody | 'removed'>();
  readonly #waiting: Waiting;
  #changed: () => void = () => undefined;

  /** Must be created before the replica is loaded. */
  constructor(replica: Replica, own: Admitter) {
    this.#own = own;
    this.#replica = replica;
    this.fingerprint = sha256Hex(writePublicKey(own.hardwareKeys.publicKey));
    replica.subscribe('member', ({ id, deleted, body }: ReplicaRecord) => {
      this.#members.set(id, deleted ? 'removed' : (body as MemberBody));
      this.#changed();
    });
    this.#waiting = new Waiting(replica, () => this.#changed());
  }

  /** Sets the function that is called after every change. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  standing(hsmId: string): Standing {
    const held = this.#members.get(hsmId);
    if (held === 'removed') return held;
    return held ? 'member' : 'unknown';
  }

  get admission(): Admission | undefined {
    const own = this.#members.get(this.#own.hsmId);
    if (!own || own === 'removed') return undefined;
    const { publicKey, admittedBy, signature } = own;
    return { publicKey, admittedBy, signature };
  }

  sign(data: Uint8Array): Uint8Array {
    return signSha256(this.#own.hardwareKeys.privateKey, data);
  }

  verify(hsmId: string, data: Uint8Array, signature: Uint8Array, admission: unknown): boolean {
    const publicKey = this.#keyOf(hsmId) ?? this.#admittedKey(hsmId, readAdmission(admission));
    return publicKey !== undefined && isSignedWith(publicKey, data, signature);
  }

  /** Reason for which this HSM, in an active cluster, can't work with the others. */
  get trouble(): string | undefined {
    const standing = this.standing(this.#own.hsmId);
    if (standing === 'member') return undefined;
    return standing === 'removed' ? REMOVED : UNLISTED;
  }

  /** Returns the members, ordered by ID. */
  list(): MemberInfo[] {
    return [...this.#members]
      .flatMap(([hsmId, held]) => (held === 'removed' ? [] : [infoOf(hsmId, held)]))
      .toSorted((a, b) => (a.hsmId < b.hsmId ? -1 : 1));
  }

  /** Returns the HSMs that wait for admission, oldest request first. */
  waiting(): JoinRequest[] {
    return this.#waiting.open().filter(({ hsmId }) => this.standing(hsmId) === 'unknown');
  }

  /** Returns whether admins have admitted an HSM that has not joined yet. */
  isAdmitted(hsmId: string): boolean {
    return this.standing(hsmId) === 'unknown' && this.#waiting.approval(hsmId) !== undefined;
  }

  /** Returns the records of all members, removed ones included. */
  records(): ReplicaRecord[] {
    return [...this.#members.keys()].flatMap((hsmId) => this.#replica.read('member', hsmId) ?? []);
  }

  /**
   * Returns whether an HSM is a member, may become one, or first needs the admission of admins.
   *
   * @throws HsmError `not-a-member` if it never can.
   */
  decide({ hsmId, fingerprint }: Candidate, guarded: boolean): 'member' | 'admissible' | 'waits' {
    const held = this.#members.get(hsmId);
    if (held === 'removed')
      throw new HsmError(
        'not-a-member',
        `${hsmId} was removed from the cluster, or its admins refused it; delete it and create another`,
      );
    if (held && sha256Hex(held.publicKey) !== fingerprint)
      throw new HsmError(
        'not-a-member',
        `${hsmId} has another hardware key than the member of that name; delete it and create another`,
      );
    if (held) return 'member';
    const admitted = this.#waiting.approval(hsmId)?.fingerprint === fingerprint;
    return !guarded || admitted ? 'admissible' : 'waits';
  }

  /**
   * Returns the changes that keep a request to join. Empty if it is kept already.
   *
   * @throws HsmError `limit-exceeded` if too many HSMs wait.
   */
  request(candidate: Candidate, requestedAt: number): Change[] {
    const kept = this.#waiting.request(candidate.hsmId);
    if (kept?.fingerprint === candidate.fingerprint) return [];
    if (!kept && this.waiting().length >= MAX_WAITING)
      throw new HsmError('limit-exceeded', `${MAX_WAITING} HSMs already wait to be admitted`);
    return [Waiting.putRequest({ ...candidate, requestedAt })];
  }

  /**
   * Returns the change that admits a waiting HSM.
   *
   * @throws HsmError `invalid-argument` if no HSM with this fingerprint waits.
   */
  approve(hsmId: string, fingerprint: string, admin: string): Change {
    const request = this.waiting().find((one) => one.hsmId === hsmId);
    if (!request)
      throw new HsmError(
        'invalid-argument',
        `${hsmId} does not wait to be admitted; see \`cluster members\``,
      );
    if (request.fingerprint !== fingerprint)
      throw new HsmError(
        'invalid-argument',
        `${hsmId} asks to join with another fingerprint; compare the one in \`cluster members\` with the HSM's console`,
      );
    return Waiting.putApproval(hsmId, { fingerprint, admin });
  }

  /** Returns the changes that make an HSM a member. */
  admit(member: Omit<NewMember, 'admin'>): Change[] {
    const { hsmId } = member;
    const admin = this.#waiting.approval(hsmId)?.admin;
    return [
      putMember(this.#own, { ...member, ...(admin !== undefined && { admin }) }),
      ...this.#waiting.forget(hsmId),
    ];
  }

  /** Returns the change that makes this HSM the first member. */
  found(place: Pick<NewMember, 'host' | 'zone' | 'admittedAt'>): Change {
    const { hsmId, hardwareKeys } = this.#own;
    return putMember(this.#own, { hsmId, publicKey: hardwareKeys.publicKey, ...place });
  }

  /** Returns the changes that remove an HSM permanently. */
  remove(hsmId: string): Change[] {
    return [removeMember(hsmId), ...this.#waiting.forget(hsmId)];
  }

  /** Returns the changes that withdraw a request to join. */
  withdraw(hsmId: string): Change[] {
    return this.#waiting.forget(hsmId);
  }

  #keyOf(hsmId: string): Uint8Array | undefined {
    const held = this.#members.get(hsmId);
    return held === 'removed' ? undefined : held?.publicKey;
  }

  /** Returns the key in an admission, if a member has signed it. */
  #admittedKey(hsmId: string, admission: Admission | undefined): Uint8Array | undefined {
    if (!admission || this.#members.has(hsmId)) return undefined;
    const admitterKey = this.#keyOf(admission.admittedBy);
    const { clusterId } = this.#own;
    return admitterKey && isAdmittedBy(admitterKey, { clusterId, hsmId }, admission)
      ? admission.publicKey
      : undefined;
  }
}

function infoOf(hsmId: string, body: MemberBody): MemberInfo {
  const { publicKey, host, zone, admittedBy, admittedAt, admin } = body;
  return {
    hsmId,
    fingerprint: sha256Hex(publicKey),
    host,
    zone,
    admittedBy,
    admittedAt,
    ...(admin !== undefined && { admin }),
  };
}

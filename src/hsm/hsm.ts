import { offsetClock, RateLimit, type Clock, type Logger } from '../base/index.ts';
import { signCheckpoint } from '../crypto/index.ts';
import { Audit, FailedLogins, type NewAuditEntry } from './audit/index.ts';
import { AuditPolicy } from './audit-policy.ts';
import { createSoftwareEngine, KeyPairGenerator, type Engine } from './engine/index.ts';
import { HsmIdentity, provisionIdentity } from './identity/index.ts';
import { Keys } from './keys/index.ts';
import { Membership } from './membership/index.ts';
import { OperationRateLimiter } from './operation-rate-limiter.ts';
import { Quorum } from './quorum/index.ts';
import { receivedEntry } from './received-entry.ts';
import { Recovery } from './recovery/index.ts';
import { Peers, Replica, type Change } from './replication/index.ts';
import {
  lockFolder,
  openDatabase,
  openDeviceKey,
  type Database,
  type DeviceSecret,
  type FolderLock,
} from './storage/index.ts';
import type { RestorePermit } from './restore-permit.ts';
import { BackupUpload } from './upload.ts';
import {
  ADMIN,
  APPLIANCE_USER,
  Lockouts,
  LoginSources,
  SerialQueue,
  Sessions,
  Users,
} from './users/index.ts';
import {
  checkpointPurpose,
  HsmError,
  type HsmInfo,
  type HsmLifecycle,
  type HsmProvisioning,
  type QuorumToken,
} from './wire/index.ts';

const FIRMWARE_VERSION = '1.0';
const LOGINS_PER_SECOND = 200;
const UNKNOWN_LOGINS_PER_SECOND = 50;
const UNKNOWN_LOGINS_PER_SECOND_AND_ADDRESS = 20;
/** Interval between checks for a due checkpoint of the audit log. */
const CHECKPOINT_POLL_MS = 5_000;

/**
 * The components of one HSM, for the commands to work with. Of the network, it knows only its
 * peers.
 */
export class Hsm {
  readonly provisioning: HsmProvisioning;
  readonly clock: Clock;
  readonly log: Logger;
  readonly database: Database;
  readonly audit: Audit;
  readonly identity: HsmIdentity;
  readonly replica: Replica;
  readonly engine: Engine;
  readonly keyPairs: KeyPairGenerator;
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly lockouts: Lockouts;
  readonly loginSources: LoginSources;
  readonly failedLogins: FailedLogins;
  readonly quorum: Quorum;
  readonly recovery: Recovery;
  readonly auditPolicy: AuditPolicy;
  readonly passwordQueue = new SerialQueue();
  readonly membership: Membership;
  /**
   * Password checks for addresses from which the user never logged in. They wait apart, so that
   * they can't keep other logins waiting.
   */
  readonly unknownSourceQueue = new SerialQueue();
  readonly peers: Peers;
  readonly operationLimiter: OperationRateLimiter;
  /**
   * Rate limit for unauthenticated logins. Each attempt costs an argon2id hash and an audit entry.
   */
  readonly loginLimiter: OperationRateLimiter;
  /** The same, for addresses from which the user never logged in. */
  readonly unknownLoginLimiter: OperationRateLimiter;
  /** The same, for each of these addresses. */
  readonly unknownLoginRates: RateLimit;
  /** The backup that is being uploaded. */
  readonly upload = new BackupUpload();
  /** Permission to restore a backup at this HSM's port. Undefined once it has been used. */
  restorePermit: RestorePermit | undefined;
  /** Latest token for restoring a backup that needs approval. Undefined once it has been used. */
  restoreToken: QuorumToken | undefined;
  /** Number of executions per command. */
  readonly operationCounts = new Map<string, number>();
  /**
   * Resolves when the peers have been asked for changes since this HSM stopped. Before that, an old
   * password could be accepted.
   */
  readonly initialSync: Promise<void>;
  readonly #lock: FolderLock;
  #timer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();
  #retired = false;

  constructor(
    provisioning: HsmProvisioning,
    { clock, database, audit, identity, engine, lock, log }: HsmParts,
  ) {
    this.provisioning = provisioning;
    this.clock = clock;
    this.log = log;
    this.database = database;
    this.audit = audit;
    this.identity = identity;
    this.#lock = lock;
    this.operationLimiter = new OperationRateLimiter(provisioning.rate ?? {}, clock);
    this.loginLimiter = new OperationRateLimiter({ other: LOGINS_PER_SECOND }, clock);
    this.unknownLoginLimiter = new OperationRateLimiter(
      { other: UNKNOWN_LOGINS_PER_SECOND },
      clock,
    );
    this.unknownLoginRates = new RateLimit(UNKNOWN_LOGINS_PER_SECOND_AND_ADDRESS, clock);
    this.failedLogins = new FailedLogins(audit, clock);
    this.#startCheckpoints();
    this.replica = new Replica(database, audit, provisioning.hsmId);
    this.replica.onReceived(receivedEntry);
    this.engine = engine;
    this.keyPairs = new KeyPairGenerator(engine);
    this.keys = new Keys(this.engine, this.replica, (keyHandle, error) =>
      log.error({ err: error, keyHandle }, 'a key could not be imported into the engine'),
    );
    this.sessions = new Sessions((session) => this.keys.dropSession(session));
    this.users = new Users(this.replica, (username) => this.sessions.endAllOf(username));
    this.lockouts = new Lockouts(this.replica, provisioning.hsmId);
    this.loginSources = new LoginSources(this.replica, clock);
    this.quorum = new Quorum(this.replica);
    this.recovery = new Recovery(this.replica);
    this.auditPolicy = new AuditPolicy(this.replica);
    this.membership = new Membership(this.replica, {
      hsmId: provisioning.hsmId,
      clusterId: identity.state.clusterId,
      hardwareKeys: identity.hardwareKeys,
    });
    this.replica.subscribe('user', () => this.changed());
    this.replica.load();
    const changed = (): void => this.changed();
    this.peers = new Peers({
      hsmId: provisioning.hsmId,
      database,
      replica: this.replica,
      membership: this.membership,
      onStateChange: changed,
      onSynchronized: () => this.#onSynchronized(),
    });
    this.membership.onChange(() => this.#onMembersChanged());
    this.#found();
    if (identity.state.maskingKey) this.peers.unlock(identity.state.maskingKey);
    this.initialSync = this.peers.initialSync();
  }

  get lifecycle(): HsmLifecycle {
    if (this.identity.state.clusterCertificate === undefined) return 'uninitialized';
    return this.users.find(ADMIN)?.role === 'unactivated-admin' ? 'initialized' : 'active';
  }

  get synchronized(): boolean {
    return this.identity.state.synchronized;
  }

  get info(): HsmInfo {
    const { hsmId, clusterId, serialNumber, mode } = this.identity.state;
    return {
      hsmId,
      clusterId,
      lifecycle: this.lifecycle,
      vendor: 'Keyhold',
      model: 'Keyhold software HSM',
      serialNumber,
      firmwareVersion: FIRMWARE_VERSION,
      fingerprint: this.membership.fingerprint,
      fipsState:
        mode === 'FIPS' ? '2 [FIPS mode with single factor authentication]' : '0 [non-FIPS mode]',
      keyCount: this.keys.count,
      userCount: this.users.size,
    };
  }

  /** Reason for which a running HSM cannot work. */
  get trouble(): string | undefined {
    const listed = this.lifecycle === 'active' && this.synchronized;
    return (
      this.database.writeFailure ??
      (listed ? this.membership.trouble : undefined) ??
      this.peers.refusal
    );
  }

  /** True if this HSM knows that it was removed from its cluster. It then serves no users. */
  get removed(): boolean {
    return this.membership.standing(this.provisioning.hsmId) === 'removed';
  }

  /** Where this HSM is, for the list of members. */
  get place(): { readonly host: string; readonly zone: string; readonly admittedAt: number } {
    const { host, zone = '' } = this.provisioning;
    return { host, zone, admittedAt: this.clock.now() };
  }

  /**
   * Writes changes here and replicates them to the peers. Resolves to the number of HSMs that have
   * them on disk, as soon as `enough` have, or all that are reachable.
   */
  replicate(changes: readonly Change[], entry: NewAuditEntry, enough?: number): Promise<number> {
    if (this.#retired) throw new HsmError('busy', 'this HSM is leaving its cluster');
    const records = this.replica.write(changes, entry);
    return records.length === 0 ? Promise.resolve(1) : this.peers.replicate(records, enough);
  }

  /**
   * Rejects changes from now on. Resolves to whether all connected peers, and at least one, hold
   * everything that this HSM holds.
   */
  retire(): Promise<boolean> {
    this.#retired = true;
    return this.peers.waitForFullReplication();
  }

  /** `listener` is called when the status may have changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    clearInterval(this.#timer);
    this.peers.close();
    this.failedLogins.flush();
    this.audit.checkpoint();
    this.database.close();
    this.#lock.release();
  }

  #onSynchronized(): void {
    if (this.synchronized) return;
    this.identity.update({ synchronized: true }, () =>
      this.audit.append({ opcode: 'KH_SYNCHRONIZED' }),
    );
    this.changed();
  }

  #onMembersChanged(): void {
    this.peers.membersChanged();
    this.changed();
  }

  /** The hardware key signs the log. Manufacturer and operator certify that key. */
  #startCheckpoints(): void {
    const { audit, identity, provisioning } = this;
    const { privateKey } = identity.hardwareKeys;
    const purpose = checkpointPurpose(provisioning.hsmId);
    audit.signWith((sequence, previous) => signCheckpoint(privateKey, purpose, sequence, previous));
    this.#timer = setInterval(() => this.#signIfDue(), CHECKPOINT_POLL_MS).unref();
  }

  /** If the log cannot be written, keys can still be used. */
  #signIfDue(): void {
    try {
      this.failedLogins.flushIfDue();
      this.audit.checkpointIfDue();
    } catch (error) {
      this.log.error({ err: error }, 'the audit log could not be signed');
    }
  }

  /**
   * Creates what every cluster starts with, on the HSM that generated the cluster's key: its first
   * users, and the list of members with this HSM in it. The other HSMs get them from it. Depends
   * only on what this HSM has stored: the control plane must not be able to make a joining HSM
   * create users.
   */
  #found(): void {
    const { clusterCsr, clusterCertificate } = this.identity.state;
    if (clusterCsr === undefined) return;
    if (this.membership.list().length === 0)
      this.replica.write([this.membership.found(this.place)], {
        opcode: 'KH_MEMBER_ADDED',
        detail: this.provisioning.hsmId,
      });
    if (clusterCertificate !== undefined || this.users.size > 0) return;
    const first = [
      Users.put({ username: ADMIN, role: 'unactivated-admin', password: undefined }),
      Users.put({
        username: APPLIANCE_USER,
        role: 'internal(APPLIANCE_USER)',
        password: undefined,
      }),
    ];
    this.replica.write(first, {
      opcode: 'CN_CREATE_APPLIANCE_USER',
      username: APPLIANCE_USER,
      role: 'internal(APPLIANCE_USER)',
    });
  }
}

interface HsmParts {
  readonly clock: Clock;
  readonly database: Database;
  readonly audit: Audit;
  readonly identity: HsmIdentity;
  readonly engine: Engine;
  readonly lock: FolderLock;
  readonly log: Logger;
}

/** Dependencies that an HSM gets from its process. */
export interface HsmEnvironment {
  readonly secret: DeviceSecret;
  readonly clock: Clock;
  readonly log: Logger;
  /** Defaults to the software engine. */
  readonly engine?: Engine;
}

/**
 * Opens the HSM in its folder, or creates it there. Throws `FolderInUseError`, `WrongSecretError`
 * or `HsmError`.
 */
export async function openHsm(
  provisioning: HsmProvisioning,
  { secret, log, clock: machineClock, engine = createSoftwareEngine() }: HsmEnvironment,
): Promise<Hsm> {
  const clock = offsetClock(machineClock, provisioning.clockOffset);
  using undo = new DisposableStack();
  const lock = undo.adopt(lockFolder(provisioning.folder), (lock) => lock.release());
  const deviceKey = await openDeviceKey(provisioning.folder, secret);
  const database = undo.adopt(openDatabase(provisioning.folder, deviceKey), (database) =>
    database.close(),
  );
  const audit = new Audit(database, clock);
  const identity = HsmIdentity.load(database) ?? (await provision(provisioning, database, audit));
  if (identity.state.hsmId !== provisioning.hsmId)
    throw new HsmError('invalid-argument', `this folder belongs to ${identity.state.hsmId}`);
  const hsm = new Hsm(provisioning, { clock, database, audit, identity, engine, lock, log });
  // From here on, the HSM closes them.
  undo.move();
  await hsm.keys.imported();
  return hsm;
}

async function provision(
  provisioning: HsmProvisioning,
  database: Database,
  audit: Audit,
): Promise<HsmIdentity> {
  const identity = new HsmIdentity(database, await provisionIdentity(provisioning));
  identity.update({}, () => {
    for (const opcode of ['CN_INIT_TOKEN', 'CN_GEN_PSWD_ENC_KEY', 'CN_INIT_DONE'] as const)
      audit.append({ opcode });
  });
  return identity;
}

/**
 * Protocol between the control plane and an HSM process, on the HSM's control channel: a private
 * socket pair on file descriptor 3, framed like the TLS wire. No command here can read or use a
 * key. When the channel closes, the HSM stops.
 */
import type { Coverage, HsmLifecycle } from './info.ts';

/**
 * Operations of one class cost about the same: those with secret keys, those with private keys, and
 * all others.
 */
export type OperationClass = 'symmetric' | 'asymmetric' | 'other';

/** Operations per second of each class. A class that is left out is not limited. */
export type HsmRate = Readonly<Partial<Record<OperationClass, number>>>;

/** Input of the first command: the HSM's identity, and where it keeps its state. */
export interface HsmProvisioning {
  readonly hsmId: string;
  readonly clusterId: string;
  /** The HSM's own folder, with mode 0700. It exists. */
  readonly folder: string;
  /** Address and port to listen on. Port 0 means the previous port, or any free one. */
  readonly host: string;
  readonly port: number;
  readonly mode: 'FIPS' | 'NON_FIPS';
  /** Availability zone, which the list of members shows. */
  readonly zone?: string;
  /**
   * True until the cluster is active. A new HSM then generates the cluster's key pair and first
   * users. Otherwise it joins: it receives the cluster's secrets in a clone, and the records from
   * its peers.
   */
  readonly first: boolean;
  /** Milliseconds that the HSM's clock is ahead of the machine's. */
  readonly clockOffset: number;
  /** Rate limit of the HSM. Operations above the limit fail with `busy`. */
  readonly rate?: HsmRate;
}

/** Where an HSM runs on a host, a machine other than its control plane's. */
export interface HsmLocation {
  /** Folder in which the HSM gets its own folder. */
  readonly root: string;
  /** Address and port to listen on. Port 0 means the previous port, or any free one. */
  readonly host: string;
  readonly port: number;
}

export interface HsmStatus {
  readonly lifecycle: HsmLifecycle;
  readonly host: string;
  readonly port: number;
  readonly serialNumber: string;
  /** SHA-256 of the hardware key, 64 hex digits. */
  readonly fingerprint: string;
  /** HSMs of the cluster, as this one knows them. Others hold nothing that counts. */
  readonly members: readonly string[];
  /** HSMs that wait until the cluster's admins admit them. */
  readonly waiting: readonly string[];
  readonly keyCount: number;
  readonly userCount: number;
  /** Peers with a live link to this HSM. */
  readonly linkedPeers: readonly string[];
  /** True once this HSM holds everything that its peers held when it joined. */
  readonly synchronized: boolean;
  /** Number of HSMs in the cluster that hold everything that this one holds. */
  readonly coverage: Coverage;
  /** The uploaded backup that waits for recovery shares. */
  readonly awaitsShares?: {
    readonly backupId: string;
    readonly threshold: number;
    /** Names of the recovery holders. */
    readonly holders: readonly string[];
  };
  /** Why a running HSM cannot work. */
  readonly trouble?: string;
  /** PEM. The CSR is present until the cluster certificate is set. */
  readonly clusterCsr?: string;
  readonly hsmCertificate?: string;
  readonly clusterCertificate?: string;
  readonly trustAnchor?: string;
  readonly operations: Readonly<Record<string, number>>;
}

export interface Peer {
  readonly hsmId: string;
  readonly host: string;
  readonly port: number;
}

interface Exchange<In, Out> {
  readonly in: In;
  readonly out: Out;
}
type Empty = Readonly<Record<string, never>>;

export interface ControlCommands {
  /**
   * Provisions the HSM: opens or creates its folder and starts listening. Control planes and HSM
   * hosts of other versions know the command by this name.
   */
  birth: Exchange<HsmProvisioning, HsmStatus>;
  status: Exchange<Empty, HsmStatus>;
  /** Returns a CSR (PEM) for both hardware certificates, signed with the HSM's hardware key. */
  hardwareCsr: Exchange<Empty, { readonly csr: string }>;
  /**
   * The HSM checks that both certificates are for its hardware key, then issues its HsmCertificate
   * for the cluster's public key.
   */
  setHardwareCertificates: Exchange<
    {
      readonly manufacturerHardwareCertificate: string;
      readonly awsHardwareCertificate: string;
      readonly manufacturerRoot: string;
      /**
       * The manufacturer's and the operator's part of the key that seals backups, 32 bytes each,
       * encrypted to the hardware key (`sealBox`, bound to `backup-key/manufacturer` and
       * `backup-key/operator`). Without them, there are no hardware backups.
       */
      readonly sealedBackupKeys?: readonly [manufacturer: Uint8Array, operator: Uint8Array];
    },
    { readonly hsmCertificate: string }
  >;
  /**
   * The HSM checks that the certificate is for the cluster's key and signed by the trust anchor.
   */
  initialize: Exchange<
    { readonly clusterCertificate: string; readonly trustAnchor: string },
    Empty
  >;
  /** Replaces the list of the cluster's other HSMs. */
  setPeers: Exchange<{ readonly peers: readonly Peer[] }, Empty>;
  /**
   * At a member: asks to admit an HSM. In a guarded cluster, fails with `admission-required` until
   * its admins have admitted this HSM with this fingerprint, and keeps the request for them. Fails
   * with `not-a-member` if the HSM was removed, or has another hardware key than the member.
   */
  requestAdmission: Exchange<
    {
      readonly hsmId: string;
      readonly fingerprint: string;
      readonly host: string;
      readonly zone: string;
    },
    Empty
  >;
  /**
   * At a member: makes a joining HSM a member, and encrypts the cluster's secrets and list of
   * members for it. Its hardware certificate must chain to the manufacturer root. Fails like
   * `requestAdmission`, with the key in the certificate.
   */
  exportClone: Exchange<
    {
      readonly hardwareCertificate: string;
      readonly hsmId: string;
      readonly host: string;
      readonly zone: string;
    },
    { readonly sealed: Uint8Array }
  >;
  /**
   * At another member: removes an HSM that was deleted, or withdraws its request to join.
   * Permanent, and not an error if the HSM is unknown.
   */
  removeMember: Exchange<{ readonly hsmId: string }, Empty>;
  /**
   * At the joining HSM, which holds no records yet: stores the cluster's secrets and list of
   * members. The HSM then pulls all records from its peers.
   */
  importClone: Exchange<{ readonly sealed: Uint8Array }, Empty>;
  /**
   * Creates a backup of the whole cluster, at an active, synchronized member. In an ordinary
   * cluster, genuine hardware with the same backup keys can open it. In a guarded cluster, it opens
   * only with the recovery key. `size` is in bytes. The HSM keeps the latest backup until it has
   * been read to its end.
   */
  createBackup: Exchange<{ readonly backupId: string }, { readonly size: number }>;
  /** Returns the piece at `offset`, as long as a frame allows. Empty at the end. */
  readBackup: Exchange<{ readonly offset: number }, { readonly bytes: Uint8Array }>;
  /**
   * Uploads a backup in pieces of at most 512 KiB. `offset` 0 starts an upload. Each further piece
   * starts at the end of the previous one.
   */
  writeBackup: Exchange<{ readonly offset: number; readonly bytes: Uint8Array }, Empty>;
  /**
   * Restores the uploaded backup, at an uninitialized HSM with hardware certificates. The HSM
   * becomes an active, synchronized member of its own cluster ID, with the certificate of the
   * backup's cluster. If anything is wrong, fails with `backup-invalid` and changes nothing. With
   * `recovery-required`, the backup opens only with recovery shares: the HSM keeps it and waits for
   * `restoreBackup` at its own port.
   */
  restoreBackup: Exchange<Empty, { readonly outcome: 'restored' | 'recovery-required' }>;
  /**
   * Lets the holder of a token restore a backup at the HSM's port, within ten minutes. Replaces the
   * previous permit. `sourceRoots` are manufacturer roots (PEM) of other installations whose HSMs
   * may have written the backup.
   */
  permitRestore: Exchange<
    { readonly tokenHash: Uint8Array; readonly sourceRoots: readonly string[] },
    { readonly expiresAt: number }
  >;
  /**
   * Prepares the HSM to leave the cluster: from now on, it accepts no changes. Returns, after a
   * bounded time, whether each connected peer, and at least one, holds everything that this HSM
   * holds.
   */
  retire: Exchange<Empty, { readonly covered: boolean }>;
  /** Stops like `shutdown`, and deletes the HSM's folder. */
  destroy: Exchange<Empty, Empty>;
  /** Completes requests in flight, closes, and exits with code 0. */
  shutdown: Exchange<Empty, Empty>;
}
export type ControlCommandName = keyof ControlCommands;
export type ControlInput<C extends ControlCommandName> = ControlCommands[C]['in'];
export type ControlOutput<C extends ControlCommandName> = ControlCommands[C]['out'];

/**
 * Sent by the HSM whenever its lifecycle, port, synchronization, peer links or list of waiting HSMs
 * change.
 */
export interface ControlEvent {
  readonly event: 'status';
  readonly status: HsmStatus;
}

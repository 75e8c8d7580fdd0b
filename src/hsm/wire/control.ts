/**
 * What the control plane and an HSM process say to each other over the HSM's control channel: a
 * private socket pair on file descriptor 3, framed like the TLS wire. No command here can read or
 * use a key. When the channel closes, the HSM stops.
 */
import type { Coverage, HsmLifecycle } from './info.ts';

/**
 * What costs an HSM alike: work with secret keys, work with private keys, and all else that users
 * ask for.
 */
export type OperationClass = 'symmetric' | 'asymmetric' | 'other';

/** Operations per second of each class; without a ceiling if left out. */
export type HsmRate = Readonly<Partial<Record<OperationClass, number>>>;

/** First frame, control plane → HSM: who the HSM is and where it keeps its state. */
export interface HsmProvisioning {
  readonly hsmId: string;
  readonly clusterId: string;
  /** The HSM's own folder, 0700; it exists. */
  readonly folder: string;
  /** Address to listen on, and port (0: the port used before, or any free one). */
  readonly host: string;
  readonly port: number;
  readonly mode: 'FIPS' | 'NON_FIPS';
  /**
   * True until the cluster is active. A new HSM then generates the cluster's key pair and first
   * users. Otherwise it joins: it receives the cluster's secrets in a clone, and the records from
   * its peers.
   */
  readonly first: boolean;
  /** Milliseconds that the HSM's clock is ahead of the machine's. */
  readonly clockOffset: number;
  /** The HSM's capacity; what is over it is refused as `busy`. */
  readonly rate?: HsmRate;
}

/** Where an HSM lives on a machine that is not its control plane's. */
export interface HsmLocation {
  /** Holds a folder for the HSM. */
  readonly root: string;
  /** Address to listen on, and port (0: the port used before, or any free one). */
  readonly host: string;
  readonly port: number;
}

export interface HsmStatus {
  readonly lifecycle: HsmLifecycle;
  readonly host: string;
  readonly port: number;
  readonly serialNumber: string;
  readonly keyCount: number;
  readonly userCount: number;
  /** Peers this HSM has a live link to. */
  readonly linkedPeers: readonly string[];
  /** True once everything that the peers held when it joined is here. */
  readonly synchronized: boolean;
  /** On how many HSMs of the cluster all is that is here. */
  readonly coverage: Coverage;
  /** Why the HSM can't do its work although it runs. */
  readonly trouble?: string;
  /** PEM. The CSR only until the cluster certificate is set. */
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
  /** PEM of the request for the two hardware certificates; made with the HSM's hardware key. */
  hardwareCsr: Exchange<Empty, { readonly csr: string }>;
  /**
   * The HSM checks that both certify its hardware key, then issues its HsmCertificate over the
   * cluster's public key.
   */
  setHardwareCertificates: Exchange<
    {
      readonly manufacturerHardwareCertificate: string;
      readonly awsHardwareCertificate: string;
      readonly manufacturerRoot: string;
      /**
       * The manufacturer's and the operator's part of the key under which backups are sealed, 32
       * bytes each, sealed for the hardware key (`sealBox`, bound to `backup-key/manufacturer` and
       * `backup-key/operator`). Left out: no hardware backups.
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
  /** The other HSMs of the cluster, whole list each time. */
  setPeers: Exchange<{ readonly peers: readonly Peer[] }, Empty>;
  /**
   * On a member: wraps the cluster's secrets for a joining HSM whose hardware certificate chains to
   * the manufacturer root.
   */
  exportClone: Exchange<
    { readonly hardwareCertificate: string; readonly hsmId: string },
    { readonly sealed: Uint8Array }
  >;
  /** On the joining HSM: takes them; it then pulls all records from its peers. */
  importClone: Exchange<{ readonly sealed: Uint8Array }, Empty>;
  /**
   * Makes a backup of the whole cluster that opens only in genuine hardware: an HSM that got the
   * same backup keys. On an active, synchronized member. `size` in bytes; the HSM keeps the last
   * one until it has been read to its end.
   */
  createBackup: Exchange<{ readonly backupId: string }, { readonly size: number }>;
  /** The next piece from `offset` on, as long as a frame allows; empty at the end. */
  readBackup: Exchange<{ readonly offset: number }, { readonly bytes: Uint8Array }>;
  /**
   * Hands an HSM a backup in pieces of at most 512 KiB: `offset` 0 begins, each further piece
   * begins where the last ended.
   */
  writeBackup: Exchange<{ readonly offset: number; readonly bytes: Uint8Array }, Empty>;
  /**
   * On an uninitialized HSM that has its hardware certificates: takes up what was written. Then it
   * is an active, synchronized member of a cluster of the id it was born for, with the certificate
   * of the backup's cluster. Anything wrong: `backup-invalid`, and nothing has changed.
   */
  restoreBackup: Exchange<Empty, Empty>;
  /**
   * Before the HSM leaves for good: it takes no more changes from now on. Answers, after a while at
   * most, whether each peer that it is linked to, and one at least, holds all that is here.
   */
  retire: Exchange<Empty, { readonly covered: boolean }>;
  /** Stops as at `shutdown`, and removes all that it kept. */
  destroy: Exchange<Empty, Empty>;
  /** Stops: finishes what is under way, closes, exits 0. */
  shutdown: Exchange<Empty, Empty>;
}
export type ControlCommandName = keyof ControlCommands;
export type ControlInput<C extends ControlCommandName> = ControlCommands[C]['in'];
export type ControlOutput<C extends ControlCommandName> = ControlCommands[C]['out'];

/** Pushed by the HSM whenever its lifecycle, port, synchronisation or peer links change. */
export interface ControlEvent {
  readonly event: 'status';
  readonly status: HsmStatus;
}

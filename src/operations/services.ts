import type { AttestationVerifier } from '../attestation/index.ts';
import type { AuditTrail } from '../audit/index.ts';
import type { Clock, Logger } from '../base/index.ts';
import type { ClusterControl } from '../cluster/index.ts';
import type { Identity } from '../identity/index.ts';
import type { KeyStores, SecretSeal } from '../keystores/index.ts';
import type { Store } from '../storage/index.ts';
import type { GrantDirectory } from './caches/grant-cache.ts';
import type { KeyDirectory } from './caches/key-cache.ts';
import type { KeyUses } from './caches/key-uses.ts';
import type { Quotas } from './limits/quotas.ts';
import type { RequestLimits } from './limits/request-limits.ts';

/** What handlers work with. Made once, in `bin/`. */
export interface Services {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly keys: KeyDirectory;
  readonly grants: GrantDirectory;
  readonly keyUses: KeyUses;
  readonly keyStores: KeyStores;
  /** For what Keyhold gives out to be given back. */
  readonly seal: SecretSeal;
  /** Undefined while no root of attestation documents is configured. */
  readonly attestation: AttestationVerifier | undefined;
  readonly clusters: ClusterControl;
  readonly identity: Identity;
  readonly audit: AuditTrail;
  readonly quotas: Quotas;
  readonly limits: RequestLimits;
  readonly about: InstallationFacts;
}

/** What `keyhold status` says of the installation itself. */
export interface InstallationFacts {
  readonly version: string;
  readonly startedAt: number;
  endpoint(): string;
}

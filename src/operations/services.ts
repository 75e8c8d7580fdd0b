import type { AttestationVerifier } from '../attestation/index.ts';
import type { AuditTrail } from '../audit/index.ts';
import type { Clock, Logger } from '../base/index.ts';
import type { ClusterControl } from '../cluster/index.ts';
import type { Identity } from '../identity/index.ts';
import type { KeyStores, SecretSeal } from '../keystores/index.ts';
import type { Store } from '../storage/index.ts';
import type { GrantCache } from './caches/grant-cache.ts';
import type { KeyCache } from './caches/key-cache.ts';
import type { KeyUses } from './caches/key-uses.ts';
import type { Quotas } from './limits/quotas.ts';
import type { RequestLimits } from './limits/request-limits.ts';

/** The services that handlers use. Created once per installation, in `node/`. */
export interface Services {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly keys: KeyCache;
  readonly grants: GrantCache;
  readonly keyUses: KeyUses;
  readonly keyStores: KeyStores;
  /** Seals what Keyhold issues and expects to be returned, such as import tokens. */
  readonly seal: SecretSeal;
  /** Undefined if no attestation root is configured. */
  readonly attestation: AttestationVerifier | undefined;
  readonly clusters: ClusterControl;
  readonly identity: Identity;
  readonly audit: AuditTrail;
  readonly quotas: Quotas;
  readonly limits: RequestLimits;
  readonly about: InstallationInfo;
}

/** Properties of the installation itself, as `keyhold status` shows them. */
export interface InstallationInfo {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  endpoint(): string;
}

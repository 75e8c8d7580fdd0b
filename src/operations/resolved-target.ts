import type {
  AliasRow,
  BackupRow,
  ClusterRow,
  GrantRow,
  KeyRow,
  KmsError,
  Principal,
  Scope,
} from '../domain/index.ts';
import type { CompiledPolicy } from '../policy/index.ts';
import type { IamPlace, Operation, Target, Targets } from './operation.ts';
import type { PerformRequest } from './request.ts';

/** A target found, not yet authorised. What is wrong with it that only an authorised caller may learn is `deferred`. */
export type Found = FoundKey | FoundAlias | FoundBackup | FoundCluster | FoundIam | FoundService;

interface Place {
  readonly scope: Scope;
  /** What policies call it. */
  readonly arn: string;
}
export interface FoundKey extends Place {
  readonly kind: 'key';
  readonly key: KeyRow;
  readonly policy: CompiledPolicy;
  readonly planned?: true;
  /** For a `grant` target. */
  readonly grant?: GrantRow;
  readonly materialId?: string;
  readonly deferred?: KmsError;
}
export interface FoundAlias extends Place {
  readonly kind: 'alias';
  readonly name: string;
  readonly alias: AliasRow | undefined;
}
export interface FoundCluster extends Place {
  readonly kind: 'cluster';
  readonly clusterId: string;
  readonly cluster: ClusterRow | undefined;
}
export interface FoundBackup extends Place {
  readonly kind: 'backup';
  readonly backupId: string;
  readonly backup: BackupRow | undefined;
}
export interface FoundIam extends Place, IamPlace {
  readonly kind: 'iam';
}
export interface FoundService extends Place {
  readonly kind: 'service';
}

/** Whoever asks, and where. */
export interface Asker {
  readonly caller: Principal;
  readonly scope: Scope;
  /** The IAM action asked for, for texts. */
  readonly action: string;
}

/** A request with all its targets found. */
export interface Course {
  readonly operation: Operation;
  readonly request: PerformRequest;
  readonly wanted: Targets;
  readonly found: Readonly<Record<string, Found>>;
}

/** One target: as it was asked for, and as it was found. */
export function named(
  { operation, wanted, found }: Course,
  name: string,
): { readonly target: Target; readonly found: Found } {
  const target = wanted[name];
  const one = found[name];
  if (!target || !one) throw new Error(`${operation.name} has no target ${name}`);
  return { target, found: one };
}

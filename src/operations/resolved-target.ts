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
import type { IamResource, Operation, Target, Targets } from './operation.ts';
import type { PerformRequest } from './request.ts';

/** A target that was looked up and is not authorized yet. */
export type ResolvedTarget =
  | ResolvedKey
  | ResolvedAlias
  | ResolvedBackup
  | ResolvedCluster
  | ResolvedIam
  | ResolvedService;

/** The resolved targets of one request, under the names that its operation gave them. */
export type ResolvedTargets = Readonly<Record<string, ResolvedTarget>>;

interface ResolvedResource {
  readonly scope: Scope;
  /** The ARN by which policies name the resource. */
  readonly arn: string;
}
export interface ResolvedKey extends ResolvedResource {
  readonly kind: 'key';
  readonly key: KeyRow;
  readonly policy: CompiledPolicy;
  /** Present if this AWS managed key does not exist yet (`orUncreated`). */
  readonly uncreated?: true;
  /** The alias that an `alias-key` target names. */
  readonly alias?: AliasRow;
  /** The grant that a `grant` target names. */
  readonly grant?: GrantRow;
  /** The material that the header of a `ciphertext` target names. */
  readonly materialId?: string;
  /** An error that only an authorized caller may learn. `checkKey` throws it. */
  readonly deferred?: KmsError;
}
export interface ResolvedAlias extends ResolvedResource {
  readonly kind: 'alias';
  readonly name: string;
  readonly alias: AliasRow | undefined;
}
export interface ResolvedCluster extends ResolvedResource {
  readonly kind: 'cluster';
  readonly clusterId: string;
  readonly cluster: ClusterRow | undefined;
}
export interface ResolvedBackup extends ResolvedResource {
  readonly kind: 'backup';
  readonly backupId: string;
  /** The ID or ARN in the request. */
  readonly name: string;
  readonly backup: BackupRow | undefined;
  /** The resource policy of a backup of another account. */
  readonly policy?: CompiledPolicy;
}
export interface ResolvedIam extends ResolvedResource, IamResource {
  readonly kind: 'iam';
}
export interface ResolvedService extends ResolvedResource {
  readonly kind: 'service';
}

/** The caller, account and Region on whose behalf a target is looked up. */
export interface LookupContext {
  readonly caller: Principal;
  readonly scope: Scope;
  /** The IAM action of the request, for error messages. */
  readonly action: string;
}

/** A request with all of its targets resolved. */
export interface ResolvedRequest {
  readonly operation: Operation;
  readonly request: PerformRequest;
  readonly targets: Targets;
  readonly resolved: ResolvedTargets;
}

/** Returns one target of a request: as the operation named it, and as it was resolved. */
export function targetNamed(
  request: ResolvedRequest,
  name: string,
): { readonly target: Target; readonly resolved: ResolvedTarget } {
  const target = request.targets[name];
  const resolved = request.resolved[name];
  if (!target || !resolved) throw new Error(`${request.operation.name} has no target ${name}`);
  return { target, resolved };
}

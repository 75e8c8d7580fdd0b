import type { OperationName, Request, Response, ServiceName } from '../contract/index.ts';
import type {
  AliasRow,
  BackupRow,
  ClusterRow,
  GrantRow,
  KeyKindRule,
  KeyRow,
  KeyStateRule,
  KeyUsage,
  Principal,
  Scope,
  Tag,
} from '../domain/index.ts';
import type { CompiledPolicy, RequestContext } from '../policy/index.ts';
import type { Reader } from '../storage/index.ts';
import type { RowRef } from './row-ref.ts';
import type { Services } from './services.ts';

/** Requirements on the key. The pipeline checks them in this order, after authorization. */
interface KeyRequirements {
  /** Kinds of key that the operation supports. Defaults to all. */
  readonly kind?: KeyKindRule;
  readonly states: KeyStateRule;
  readonly usage?: KeyUsage;
  /** Restricts the operation to symmetric keys: only they encrypt data keys. */
  readonly symmetric?: true;
}

/**
 * A resource that an operation acts on, as its input names it. `action` overrides the operation's
 * own IAM action, for operations that need a different one per target.
 */
export type Target =
  /** The service as a whole: resource `*`, authorized by identity policies alone. */
  | { readonly on: 'service'; readonly action?: string }
  /**
   * A KMS key by ID or ARN, in the request's Region unless `region` names another. `aliases`: true
   * resolves an alias to its key; false treats it like any other key ID; absent rejects it with the
   * API's error for aliases.
   */
  | ({
      readonly on: 'key';
      readonly id: string;
      readonly aliases?: boolean;
      /** Accepts an AWS managed key that does not exist yet: its first use creates it. */
      readonly orUncreated?: boolean;
      readonly region?: string;
      readonly action?: string;
    } & KeyRequirements)
  /**
   * The KMS key that a ciphertext names in its header. `id` is the key that the caller requires it
   * to be. Ciphertexts of asymmetric keys have no header, so for them `id` alone names the key.
   */
  | ({
      readonly on: 'ciphertext';
      readonly blob: Uint8Array;
      readonly id?: string;
      readonly action?: string;
    } & KeyRequirements)
  /** An alias, whether or not it exists. */
  | { readonly on: 'alias'; readonly name: string; readonly action?: string }
  /** The key that an existing alias points at. */
  | ({
      readonly on: 'alias-key';
      readonly name: string;
      readonly action?: string;
    } & KeyRequirements)
  /**
   * A grant, by its token, or by its key and its ID. Principals that may retire it are authorized.
   */
  | ({
      readonly on: 'grant';
      readonly token?: string;
      readonly id?: string;
      readonly grantId?: string;
      readonly action?: string;
    } & KeyRequirements)
  /** A CloudHSM cluster, whether or not it exists. */
  | { readonly on: 'cluster'; readonly clusterId: string; readonly action?: string }
  /**
   * A CloudHSM backup by ID or ARN, whether or not it exists. The backup belongs to the caller's
   * account and Region, or to another account in that Region if `shared` is true and its resource
   * policy allows the action.
   */
  | {
      readonly on: 'backup';
      readonly name: string;
      readonly shared?: true;
      readonly action?: string;
    }
  | IamTarget;

/**
 * An IAM resource (user, role, policy, …), whether or not it exists. Each family of operations
 * brings its own lookup.
 */
export interface IamTarget<P extends IamResource = IamResource> {
  readonly on: 'iam';
  readonly find: (reader: Reader, caller: Principal) => Promise<P>;
  readonly action?: string;
  /**
   * For unsigned calls only: the pipeline skips authorization, and the handler must authorize the
   * caller.
   */
  readonly decidedBy?: 'handler';
}

export interface IamResource {
  readonly account: string;
  /** The ARN by which policies name the resource. */
  readonly arn: string;
  /**
   * The rows that must still be the same resource when a transaction of the handler begins. Empty
   * for a resource that the call creates, and for a collection.
   */
  readonly rows: readonly RowRef[];
  /** Values of `aws:ResourceTag`. */
  readonly tags?: readonly Tag[];
  /** ARN of the permissions boundary of a user or role. */
  readonly boundary?: string;
  /** The trust policy of a role that is about to be assumed. */
  readonly trustPolicy?: CompiledPolicy;
}

declare const authorized: unique symbol;
/**
 * The brand of a target that passed the pipeline: a handler that holds one may act on it. Only
 * `perform.ts` gives it.
 */
interface Authorized {
  readonly [authorized]: true;
}

export interface AuthorizedKey extends Authorized {
  readonly key: KeyRow;
  readonly scope: Scope;
  readonly arn: string;
  /** Present if this AWS managed key does not exist yet (`orUncreated`). */
  readonly uncreated?: true;
  /** The material that the header of a `ciphertext` target names. */
  readonly materialId?: string;
}
export interface AuthorizedGrant extends AuthorizedKey {
  readonly grant: GrantRow;
}
export interface AuthorizedAlias extends Authorized {
  readonly alias: AliasRow | undefined;
  readonly scope: Scope;
  readonly name: string;
  readonly arn: string;
}
export interface AuthorizedCluster extends Authorized {
  readonly cluster: ClusterRow | undefined;
  readonly scope: Scope;
  readonly clusterId: string;
}
export interface AuthorizedBackup extends Authorized {
  readonly backup: BackupRow | undefined;
  readonly scope: Scope;
  readonly backupId: string;
  /** The ID or ARN in the request. */
  readonly name: string;
  readonly arn: string;
}
export interface AuthorizedService extends Authorized {
  readonly scope: Scope;
}

type AuthorizedTarget<T extends Target> =
  T extends IamTarget<infer P>
    ? Authorized & P
    : T extends { on: 'key' | 'ciphertext' | 'alias-key' }
      ? AuthorizedKey
      : T extends { on: 'grant' }
        ? AuthorizedGrant
        : T extends { on: 'alias' }
          ? AuthorizedAlias
          : T extends { on: 'cluster' }
            ? AuthorizedCluster
            : T extends { on: 'backup' }
              ? AuthorizedBackup
              : AuthorizedService;

export type Targets = Readonly<Record<string, Target | undefined>>;
/** The authorized targets of an operation, under the names that the operation gave them. */
export type AuthorizedTargets<T extends Targets> = {
  readonly [K in keyof T]: undefined extends T[K]
    ? AuthorizedTarget<NonNullable<T[K]>> | undefined
    : AuthorizedTarget<NonNullable<T[K]>>;
};

/** The part of a call that a handler sees in addition to its input and targets. */
export interface CallContext {
  readonly caller: Principal;
  /** The caller's account and the request's Region. */
  readonly scope: Scope;
  readonly requestId: string;
  /** Adds members to the audit record's `additionalEventData`. */
  readonly note: (data: Readonly<Record<string, unknown>>) => void;
  /** For unsigned calls: sets the principal that the audit record names as the caller. */
  readonly identify: (caller: Principal) => void;
  /**
   * Returns the request context that conditions would see if the call asked for `action` on the
   * target of that name.
   */
  readonly conditions: (action: string, target: string) => Promise<RequestContext>;
}

/** One operation of one service, as the pipeline uses it. Created by `defineOperation`. */
export interface Operation {
  readonly service: ServiceName;
  readonly name: string;
  readonly effect: 'read' | 'write';
  /** True if its success counts as a use of its keys. */
  readonly tracked: boolean;
  /** The IAM action: `kms:Encrypt`. */
  readonly action: string;
  readonly targets: (input: object, caller: Principal) => Targets;
  readonly handle: (
    services: Services,
    input: object,
    targets: AuthorizedTargets<Targets>,
    call: CallContext,
  ) => Promise<object>;
}

type MemberOf<T> = T extends unknown ? keyof T : never;

/** Rejects members that no target has: one that is misspelt would be ignored. */
type OnlyKnownMembers<T extends Targets> = {
  readonly [K in keyof T]:
    | { readonly [M in Exclude<keyof NonNullable<T[K]>, MemberOf<Target>>]: never }
    | undefined;
};

interface Definition<In, Out, T extends Targets> {
  readonly effect: 'read' | 'write';
  /** Names the resources that the call acts on. Few operations need the caller for that. */
  readonly targets: (input: In, caller: Principal) => T & OnlyKnownMembers<T>;
  readonly handle: (
    services: Services,
    input: In,
    targets: AuthorizedTargets<T>,
    call: CallContext,
  ) => Promise<Out>;
}

/** The IAM action prefix of each service. */
const actionPrefixes: Record<ServiceName, string> = {
  kms: 'kms',
  cloudhsm: 'cloudhsm',
  cloudtrail: 'cloudtrail',
  iam: 'iam',
  sts: 'sts',
  keyhold: 'keyhold',
};

type Tracked = NonNullable<
  NonNullable<Response<'kms', 'GetKeyLastUsage'>['KeyLastUsage']>['Operation']
>;

/**
 * The operations whose success counts as a use of their keys. Source: KeyLastUsageData, AWS KMS API
 * Reference.
 */
const trackedOperations = {
  Encrypt: true,
  Decrypt: true,
  ReEncrypt: true,
  GenerateDataKey: true,
  GenerateDataKeyWithoutPlaintext: true,
  GenerateDataKeyPair: true,
  GenerateDataKeyPairWithoutPlaintext: true,
  Sign: true,
  Verify: true,
  GenerateMac: true,
  VerifyMac: true,
  DeriveSharedSecret: true,
  Encapsulate: true,
  Decapsulate: true,
} as const satisfies Record<Tracked, true>;

/**
 * Defines an operation. Its types follow from its name in the contract; the result erases them, so
 * that the pipeline can hold all operations in one table.
 */
export function defineOperation<
  S extends ServiceName,
  N extends OperationName<S>,
  const T extends Targets,
>(service: S, name: N, definition: Definition<Request<S, N>, Response<S, N>, T>): Operation {
  // The cast is safe: the pipeline passes each operation the input that the decoder built for its
  // name.
  const tracked = service === 'kms' && Object.hasOwn(trackedOperations, name);
  return {
    service,
    name,
    tracked,
    action: `${actionPrefixes[service]}:${name}`,
    ...definition,
  } as unknown as Operation;
}

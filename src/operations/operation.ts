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
import type { Services } from './services.ts';

/** What the key must be for the operation, beside there: checked by the pipeline, in this order. */
interface KeyRequirements {
  /** Which kinds of key the operation is for; all, if absent. */
  readonly kind?: KeyKindRule;
  readonly states: KeyStateRule;
  readonly usage?: KeyUsage;
  /** Data keys are encrypted under symmetric keys only. */
  readonly symmetric?: true;
}

/** What an operation acts on, as named in its input. `action` is for operations that need a different one per target. */
export type Target =
  /** The service as a whole: resource `*`, authorised by identity policies alone. */
  | { readonly on: 'service'; readonly action?: string }
  /**
   * A KMS key by id or ARN, in the request's Region unless said otherwise. `aliases`: true where an alias stands for its
   * key; false where it is looked for like any other id; absent where it is refused as what it is.
   */
  | ({
      readonly on: 'key';
      readonly id: string;
      readonly aliases?: boolean;
      /** Takes an AWS managed key that is still to be made for one that is there. */
      readonly orPlanned?: boolean;
      readonly region?: string;
      readonly action?: string;
    } & KeyRequirements)
  /**
   * The KMS key that a ciphertext names in its header; `id` is what the caller says it must be. Ciphertexts of asymmetric
   * keys have no header: `id` alone says which.
   */
  | ({
      readonly on: 'ciphertext';
      readonly blob: Uint8Array;
      readonly id?: string;
      readonly action?: string;
    } & KeyRequirements)
  /** An alias, there or not yet. */
  | { readonly on: 'alias'; readonly name: string; readonly action?: string }
  /** The key that an existing alias points at. */
  | ({
      readonly on: 'alias-key';
      readonly name: string;
      readonly action?: string;
    } & KeyRequirements)
  /** A grant, by its token or by its key and its id; whoever may retire it is authorised. */
  | ({
      readonly on: 'grant';
      readonly token?: string;
      readonly id?: string;
      readonly grantId?: string;
      readonly action?: string;
    } & KeyRequirements)
  /** A CloudHSM cluster, there or not. */
  | { readonly on: 'cluster'; readonly clusterId: string; readonly action?: string }
  /** A CloudHSM backup of the caller's account and Region, there or not. */
  | { readonly on: 'backup'; readonly backupId: string; readonly action?: string }
  | IamTarget;

/** Something of IAM's, there or not: a user, a role, a policy. The operation's family knows where it is. */
export interface IamTarget<P extends IamPlace = IamPlace> {
  readonly on: 'iam';
  readonly find: (reader: Reader, caller: Principal) => Promise<P>;
  readonly action?: string;
  /** Only for calls that nobody signs: the pipeline authorises nothing, the handler must. */
  readonly decidedBy?: 'handler';
}

export interface IamPlace {
  readonly account: string;
  /** What policies call it. */
  readonly arn: string;
  /** What `aws:ResourceTag` shows. */
  readonly tags?: readonly Tag[];
  /** Of a role that is to be assumed: whom it trusts. */
  readonly trustPolicy?: CompiledPolicy;
}

declare const authorized: unique symbol;
/** Only the pipeline makes these: a handler that holds one is allowed to act on it. */
interface Authorized {
  readonly [authorized]: true;
}

export interface AuthorizedKey extends Authorized {
  readonly key: KeyRow;
  readonly scope: Scope;
  readonly arn: string;
  /** An AWS managed key that is not there yet (`orPlanned`). */
  readonly planned?: true;
  /** For a `ciphertext` target with a header: the material that it names. */
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
  readonly arn: string;
}
export interface AuthorizedService extends Authorized {
  readonly scope: Scope;
}

type Resolved<T extends Target> =
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
/** The targets of an operation after the pipeline, under the names that the operation gave them. */
export type ResolvedTargets<T extends Targets> = {
  readonly [K in keyof T]: undefined extends T[K]
    ? Resolved<NonNullable<T[K]>> | undefined
    : Resolved<NonNullable<T[K]>>;
};

/** What a handler knows of the call beside its input and targets. */
export interface Call {
  readonly caller: Principal;
  /** The caller's account and the request's Region. */
  readonly scope: Scope;
  readonly requestId: string;
  /** Adds members to the audit record's `additionalEventData`. */
  readonly note: (data: Readonly<Record<string, unknown>>) => void;
  /** For calls that nobody signs: tells the audit record who the caller turned out to be. */
  readonly identify: (caller: Principal) => void;
  /** What the call would show to a policy's conditions if it asked for `action` on the target of that name. */
  readonly conditions: (action: string, target: string) => Promise<RequestContext>;
}

/** One operation of one service, as the pipeline uses it. Made by `defineOperation`. */
export interface Operation {
  readonly service: ServiceName;
  readonly name: string;
  readonly effect: 'read' | 'write';
  /** Whether its success counts as a use of its keys. */
  readonly tracked: boolean;
  /** The IAM action: `kms:Encrypt`. */
  readonly action: string;
  readonly targets: (input: object, caller: Principal) => Targets;
  readonly handle: (
    services: Services,
    input: object,
    targets: ResolvedTargets<Targets>,
    call: Call,
  ) => Promise<object>;
}

interface Definition<In, Out, T extends Targets> {
  readonly effect: 'read' | 'write';
  /** What is acted on. Few operations need to know who calls to say so. */
  readonly targets: (input: In, caller: Principal) => T;
  readonly handle: (
    services: Services,
    input: In,
    targets: ResolvedTargets<T>,
    call: Call,
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

/** The operations whose success is a use of their keys. Source: KeyLastUsageData, AWS KMS API Reference. */
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

/** Types an operation by its name in the contract, then forgets the types, so that the pipeline can hold them all. */
export function defineOperation<
  S extends ServiceName,
  N extends OperationName<S>,
  const T extends Targets,
>(service: S, name: N, definition: Definition<Request<S, N>, Response<S, N>, T>): Operation {
  // The pipeline hands every operation the input that the contract's decoder made for that very name.
  const tracked = service === 'kms' && Object.hasOwn(trackedOperations, name);
  return {
    service,
    name,
    tracked,
    action: `${actionPrefixes[service]}:${name}`,
    ...definition,
  } as unknown as Operation;
}

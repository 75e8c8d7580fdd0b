import type { KMSClient } from '@aws-sdk/client-kms';
import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import type { OperationName, Response } from '../../../src/contract/index.ts';
import type { ErrorName } from '../../../src/domain/index.ts';
import type { Stage } from './stage.ts';

type Later<T> = T | Promise<T>;
/** An input that acts on the key; of an operation that acts on none, the id is to be left alone. */
export type Making<I> = (stage: Stage, keyId: string) => Later<I>;

/** An input that is refused, and what is said: the whole text, or a part of it. */
export interface Refusal<I> {
  /** Beside the error's name, where there are several cases for it. */
  readonly when?: string;
  readonly input: Making<I>;
  readonly text?: string | RegExp;
}
type Refusals<I> = Partial<Record<ErrorName, Refusal<I> | readonly Refusal<I>[]>>;

/** What the harness makes of `good` by itself; states are those that a key can be brought to from outside. */
export type Derived =
  | 'missing key'
  | 'alias'
  | 'unauthorised'
  | 'dry run'
  | 'states'
  | ReachableState;
export type ReachableState =
  | 'Disabled'
  | 'PendingDeletion'
  | 'PendingReplicaDeletion'
  | 'PendingImport'
  | 'Unavailable'
  | 'Creating';

/** What an operation promises, as data: the harness makes of it calls through AWS's client. */
interface Promises<N extends OperationName<'kms'>, I> {
  /** The key that it acts on; a symmetric one of the default key store unless said otherwise. */
  readonly key?: CreateKeyCommandInput | 'none';
  /** An input that is good. From it come the cases for a missing key, an alias, a caller without permission, dry runs and key states. */
  readonly good: Making<I>;
  /** Looks at what a good input gives. */
  readonly gives?: (output: Response<'kms', N>, stage: Stage, keyId: string) => Later<void>;
  /** Further good inputs, by what is special about them. */
  readonly accepts?: Readonly<Record<string, Making<I>>>;
  readonly refuses?: Refusals<I>;
  /** Documented errors that nothing a test can do leads to, and why. */
  readonly never?: Partial<Record<ErrorName, string>>;
  /** The IAM action, if it is not `kms:` and the operation's name. */
  readonly action?: string;
  /** Which of the key's cases don't follow from `good`, and why. */
  readonly except?: Partial<Record<Derived, string>>;
}

/** One operation's table, its types forgotten so that the harness can hold them all. */
export interface Table {
  readonly operation: OperationName<'kms'>;
  readonly key: CreateKeyCommandInput | 'none';
  readonly good: Making<object>;
  readonly gives?: (output: object, stage: Stage, keyId: string) => Later<void>;
  readonly accepts: Readonly<Record<string, Making<object>>>;
  readonly refuses: Readonly<Record<string, Refusal<object> | readonly Refusal<object>[]>>;
  readonly never: Readonly<Record<string, string>>;
  readonly action: string;
  readonly except: Partial<Record<Derived, string>>;
  readonly send: (client: KMSClient, input: object) => Promise<object>;
}

/** Ties an operation to its command class; what comes next is its table, typed by both. */
export function table<N extends OperationName<'kms'>, I extends object>(
  operation: N,
  command: new (input: I) => { readonly input: I },
): (promises: Promises<N, I>) => Table {
  const construct = command as unknown as new (input: object) => Parameters<KMSClient['send']>[0];
  return ({
    key = {},
    action = `kms:${operation}`,
    accepts = {},
    refuses = {},
    never = {},
    except = {},
    ...rest
  }) => {
    const whole = { operation, key, action, accepts, refuses, never, except, ...rest };
    // The inputs that come out of a table go into the very command class that it was typed by.
    return {
      ...whole,
      send: (client: KMSClient, input: object) => client.send(new construct(input)),
    } as unknown as Table;
  };
}

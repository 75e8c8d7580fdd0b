import type { KMSClient } from '@aws-sdk/client-kms';
import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import type { OperationName, Response } from '../../../src/contract/index.ts';
import type { ErrorName } from '../../../src/domain/index.ts';
import type { Stage } from './stage.ts';

type Later<T> = T | Promise<T>;
/** Returns an input for the key. Operations without a key get an empty ID. */
export type InputFor<I> = (stage: Stage, keyId: string) => Later<I>;

/** An input that is rejected, with the message as text or as a pattern. */
export interface Refusal<I> {
  /** Description of the rejected input, a noun phrase. */
  readonly when?: string;
  readonly input: InputFor<I>;
  readonly text?: string | RegExp;
}
type Refusals<I> = Partial<Record<ErrorName, Refusal<I> | readonly Refusal<I>[]>>;

/**
 * Cases that the harness derives from `validInput`. The states are those that a client can put a
 * key into.
 */
export type DerivedCase =
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

/**
 * Expected behaviour of an operation, as data. The harness turns it into calls with the AWS SDK.
 */
interface OperationTable<N extends OperationName<'kms'>, I> {
  /** Input that creates the key to act on. Defaults to a symmetric key in the default key store. */
  readonly key?: CreateKeyCommandInput | 'none';
  /**
   * A valid input. The cases for an unknown key, an alias, a caller without permission, dry runs
   * and key states are derived from it.
   */
  readonly validInput: InputFor<I>;
  /** Checks the output for `validInput`. */
  readonly checkOutput?: (output: Response<'kms', N>, stage: Stage, keyId: string) => Later<void>;
  /** Other valid inputs, by a noun phrase that describes them. */
  readonly accepts?: Readonly<Record<string, InputFor<I>>>;
  readonly refuses?: Refusals<I>;
  /** Documented errors that no case can cause, with the reason. */
  readonly unreachable?: Partial<Record<ErrorName, string>>;
  /** IAM action. Defaults to `kms:` and the operation's name. */
  readonly action?: string;
  /** Derived cases that do not apply, with the reason. */
  readonly except?: Partial<Record<DerivedCase, string>>;
}

/** Table of one operation, without its specific types, so that the harness can hold all tables. */
export interface Table {
  readonly operation: OperationName<'kms'>;
  readonly key: CreateKeyCommandInput | 'none';
  readonly validInput: InputFor<object>;
  readonly checkOutput?: (output: object, stage: Stage, keyId: string) => Later<void>;
  readonly accepts: Readonly<Record<string, InputFor<object>>>;
  readonly refuses: Readonly<Record<string, Refusal<object> | readonly Refusal<object>[]>>;
  readonly unreachable: Readonly<Record<string, string>>;
  readonly action: string;
  readonly except: Partial<Record<DerivedCase, string>>;
  readonly send: (client: KMSClient, input: object) => Promise<object>;
}

/**
 * Binds an operation to its command class. Returns a function that takes the table, typed by both.
 */
export function table<N extends OperationName<'kms'>, I extends object>(
  operation: N,
  command: new (input: I) => { readonly input: I },
): (table: OperationTable<N, I>) => Table {
  const construct = command as unknown as new (input: object) => Parameters<KMSClient['send']>[0];
  return ({
    key = {},
    action = `kms:${operation}`,
    accepts = {},
    refuses = {},
    unreachable = {},
    except = {},
    ...rest
  }) => {
    const whole = { operation, key, action, accepts, refuses, unreachable, except, ...rest };
    // The inputs of a table are passed to the command class that defines their type.
    return {
      ...whole,
      send: (client: KMSClient, input: object) => client.send(new construct(input)),
    } as unknown as Table;
  };
}

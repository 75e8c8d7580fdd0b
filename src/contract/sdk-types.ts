import type * as CloudHsm from '@aws-sdk/client-cloudhsm-v2';
import type * as CloudTrail from '@aws-sdk/client-cloudtrail';
import type * as Iam from '@aws-sdk/client-iam';
import type * as Kms from '@aws-sdk/client-kms';
import type * as Sts from '@aws-sdk/client-sts';

/** The SDK's modules, for their types alone: nothing of the SDK is there at run time. */
interface Sdk {
  readonly kms: typeof Kms;
  readonly cloudhsm: typeof CloudHsm;
  readonly cloudtrail: typeof CloudTrail;
  readonly iam: typeof Iam;
  readonly sts: typeof Sts;
}
export type SdkServiceName = keyof Sdk;

/** The names of all operations that the SDK knows: what its command classes are called (`$Command` is their base). */
export type SdkOperationName<S extends SdkServiceName> = Exclude<
  keyof Sdk[S] extends infer K ? (K extends `${infer N}Command` ? N : never) : never,
  '$'
>;

type CommandClass<S extends SdkServiceName, N extends string> = `${N}Command` extends infer C
  ? C extends keyof Sdk[S]
    ? Sdk[S][C]
    : never
  : never;

/** A type of the SDK as it is after decoding: what is required is there, what is optional is absent or there, never undefined. */
export type Exact<T> = T extends Uint8Array | Date | string | number | boolean
  ? T
  : T extends readonly (infer E)[]
    ? readonly Exact<E>[]
    : { readonly [K in keyof T]: Exact<Exclude<T[K], undefined>> };

/** The part of a command that names its types. Constructors don't: where nothing is required, they are overloaded. */
interface Command<I, O> {
  readonly input: I;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: O }>;
}

export type SdkRequest<S extends SdkServiceName, N extends string> =
  CommandClass<S, N> extends abstract new (...args: never[]) => Command<infer I, infer _>
    ? Exact<I>
    : never;

export type SdkResponse<S extends SdkServiceName, N extends string> =
  CommandClass<S, N> extends abstract new (...args: never[]) => Command<infer _, infer O>
    ? Exact<Omit<O, '$metadata'>>
    : never;

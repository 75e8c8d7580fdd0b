import type * as CloudHsm from '@aws-sdk/client-cloudhsm-v2';
import type * as CloudTrail from '@aws-sdk/client-cloudtrail';
import type * as Iam from '@aws-sdk/client-iam';
import type * as Kms from '@aws-sdk/client-kms';
import type * as Sts from '@aws-sdk/client-sts';

/** The SDK's modules, for their types only. Nothing of the SDK is loaded at run time. */
interface Sdk {
  readonly kms: typeof Kms;
  readonly cloudhsm: typeof CloudHsm;
  readonly cloudtrail: typeof CloudTrail;
  readonly iam: typeof Iam;
  readonly sts: typeof Sts;
}
export type SdkServiceName = keyof Sdk;

/**
 * The names of all operations that the SDK knows, from its command classes (`$Command` is their
 * base).
 */
export type SdkOperationName<S extends SdkServiceName> = Exclude<
  keyof Sdk[S] extends infer K ? (K extends `${infer N}Command` ? N : never) : never,
  '$'
>;

type CommandClass<S extends SdkServiceName, N extends string> = `${N}Command` extends infer C
  ? C extends keyof Sdk[S]
    ? Sdk[S][C]
    : never
  : never;

/**
 * A type of the SDK after decoding: required members are present, optional ones are present or
 * absent, never undefined.
 */
export type Exact<T> = T extends Uint8Array | Date | string | number | boolean
  ? T
  : T extends readonly (infer E)[]
    ? readonly Exact<E>[]
    : { readonly [K in keyof T]: Exact<Exclude<T[K], undefined>> };

/**
 * The part of a command that has its types. Constructors are not usable: if nothing is required,
 * they are overloaded.
 */
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

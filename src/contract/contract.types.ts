/** Claims about the contract's types, checked by the compiler. Nothing here runs. */
import type { Request, Response, ServiceName, OperationName } from './services.ts';
import type { ShapeOf } from './shape.ts';

type Equals<A, B> = [A, B] extends [B, A] ? true : false;
type Claim<T extends true> = T;

type Encrypt = Request<'kms', 'Encrypt'>;

export type Claims = [
  Claim<Equals<Encrypt['KeyId'], string>>,
  Claim<Equals<Encrypt['DryRun'], boolean | undefined>>,
  Claim<Equals<Response<'kms', 'DescribeKey'>, { readonly KeyMetadata?: NonNullable<Response<'kms', 'DescribeKey'>['KeyMetadata']> }>>,
  Claim<Equals<Request<'cloudhsm', 'CreateCluster'>['Mode'], 'FIPS' | 'NON_FIPS' | undefined>>,
  Claim<Equals<Extract<'GetCallerIdentity', OperationName<ServiceName>>, 'GetCallerIdentity'>>,
];

type DeleteAlias = ShapeOf<Request<'kms', 'DeleteAlias'>>;
export const accepted = { AliasName: { kind: 'text', required: true } } as const satisfies DeleteAlias;
// @ts-expect-error a member is missing
export const incomplete = {} as const satisfies DeleteAlias;
// @ts-expect-error the wrong kind
export const wrongKind = { AliasName: { kind: 'int', required: true } } as const satisfies DeleteAlias;
// @ts-expect-error the required flag is missing
export const notRequired = { AliasName: { kind: 'text' } } as const satisfies DeleteAlias;
// @ts-expect-error a member that the SDK doesn't know
export const unknownMember = { ...accepted, Other: { kind: 'text' } } as const satisfies DeleteAlias;

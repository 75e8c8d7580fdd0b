/** Assertions about the contract's types, checked by the compiler. Nothing here runs. */
import type {
  DataKeyPairSpec,
  EncryptionAlgorithm,
  EncapsulationAlgorithm,
  KeyAgreementAlgorithm,
  KeySpec,
  KeyUsage,
  MacAlgorithm,
  MessageType,
  SigningAlgorithm,
} from '../domain/index.ts';
import type { Request, Response, ServiceName, OperationName } from './services.ts';
import type { ShapeOf } from './shape.ts';

type Equals<A, B> = [A, B] extends [B, A] ? true : false;
type Claim<T extends true> = T;

type Encrypt = Request<'kms', 'Encrypt'>;

export type Claims = [
  Claim<Equals<Encrypt['KeyId'], string>>,
  Claim<Equals<Encrypt['DryRun'], boolean | undefined>>,
  Claim<
    Equals<
      Response<'kms', 'DescribeKey'>,
      { readonly KeyMetadata?: NonNullable<Response<'kms', 'DescribeKey'>['KeyMetadata']> }
    >
  >,
  Claim<Equals<Request<'cloudhsm', 'CreateCluster'>['Mode'], 'FIPS' | 'NON_FIPS' | undefined>>,
  Claim<Equals<Extract<'GetCallerIdentity', OperationName<ServiceName>>, 'GetCallerIdentity'>>,
];

type Kms<N extends OperationName<'kms'>> = Required<Request<'kms', N>>;

/** The domain's tables contain exactly the values that the SDK knows. */
export type DomainClaims = [
  Claim<Equals<KeySpec, Kms<'CreateKey'>['KeySpec']>>,
  Claim<Equals<KeyUsage, Kms<'CreateKey'>['KeyUsage']>>,
  Claim<Equals<DataKeyPairSpec, Kms<'GenerateDataKeyPair'>['KeyPairSpec']>>,
  Claim<Equals<EncryptionAlgorithm, Kms<'Encrypt'>['EncryptionAlgorithm']>>,
  Claim<Equals<SigningAlgorithm, Kms<'Sign'>['SigningAlgorithm']>>,
  Claim<Equals<MacAlgorithm, Kms<'GenerateMac'>['MacAlgorithm']>>,
  Claim<Equals<KeyAgreementAlgorithm, Kms<'DeriveSharedSecret'>['KeyAgreementAlgorithm']>>,
  Claim<Equals<EncapsulationAlgorithm, Kms<'Encapsulate'>['EncapsulationAlgorithm']>>,
  Claim<Equals<MessageType, Kms<'Sign'>['MessageType']>>,
];

type DeleteAlias = ShapeOf<Request<'kms', 'DeleteAlias'>>;
export const accepted = {
  AliasName: { kind: 'text', required: true },
} as const satisfies DeleteAlias;
// @ts-expect-error a member is missing
export const incomplete = {} as const satisfies DeleteAlias;
export const wrongKind = {
  // @ts-expect-error the wrong kind
  AliasName: { kind: 'int', required: true },
} as const satisfies DeleteAlias;
// @ts-expect-error the required flag is missing
export const notRequired = { AliasName: { kind: 'text' } } as const satisfies DeleteAlias;
export const unknownMember = {
  ...accepted,
  // @ts-expect-error a member that the SDK doesn't know
  Other: { kind: 'text' },
} as const satisfies DeleteAlias;

import type { OperationName, Response, ServiceName } from '../../contract/index.ts';

/**
 * Response members that contain a secret which exists nowhere else, or leaves an HSM unencrypted.
 */
type Secret =
  | 'Plaintext'
  | 'PrivateKeyPlaintext'
  | 'SharedSecret'
  | 'Credentials'
  | 'AccessKey'
  | 'SecretAccessKey';

type OperationReturningSecret<S extends ServiceName> = {
  [N in OperationName<S>]: Extract<keyof Response<S, N>, Secret> extends never ? never : N;
}[OperationName<S>];

/**
 * The operations whose response contains a secret. A missing or superfluous entry does not compile.
 */
const operations = {
  kms: {
    Decapsulate: true,
    Decrypt: true,
    DeriveSharedSecret: true,
    Encapsulate: true,
    GenerateDataKey: true,
    GenerateDataKeyPair: true,
    GenerateRandom: true,
  },
  cloudhsm: {},
  cloudtrail: {},
  iam: { CreateAccessKey: true },
  sts: { AssumeRole: true, AssumeRoleWithWebIdentity: true, GetSessionToken: true },
  keyhold: { CreateAccount: true },
} as const satisfies { [S in ServiceName]: Readonly<Record<OperationReturningSecret<S>, true>> };

export function returnsSecret(service: ServiceName, operation: string): boolean {
  return Object.hasOwn(operations[service], operation);
}

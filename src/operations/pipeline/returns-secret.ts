import type { OperationName, Response, ServiceName } from '../../contract/index.ts';

/** Members of answers that are secrets which exist nowhere else, or leave an HSM in clear. */
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

/** The operations that answer with a secret; one that is missing here, or too many, does not compile. */
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

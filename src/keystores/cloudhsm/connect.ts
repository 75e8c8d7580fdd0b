import { base32Id, SecretText, type Clock, type Logger } from '../../base/index.ts';
import type { ClusterRow, ConnectionErrorCode, HsmRow, KeyStoreRow } from '../../domain/index.ts';
import {
  connectCluster,
  HsmUnreachableError,
  type ClusterClient,
  type HsmAddress,
} from '../../hsm/client/index.ts';
import { HsmError } from '../../hsm/wire/index.ts';

/** The HSM user that KMS acts as in every custom key store. */
const KMS_USER = 'kmsuser';

/** Failed connection attempt, with the error code that DescribeCustomKeyStores reports. */
export class ConnectionFailure extends Error {
  readonly errorCode: ConnectionErrorCode;

  constructor(errorCode: ConnectionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionFailure';
    this.errorCode = errorCode;
  }
}

const hsmErrorCodes: Readonly<Record<string, ConnectionErrorCode>> = {
  'user-not-found': 'USER_NOT_FOUND',
  'user-locked': 'USER_LOCKED_OUT',
  // AWS has no code for it. Both are for the HSMs' admin to resolve.
  'user-disabled': 'USER_LOCKED_OUT',
  'user-logged-in': 'USER_LOGGED_IN',
  'login-failed': 'INVALID_CREDENTIALS',
  'password-voided': 'INVALID_CREDENTIALS',
};

export function toConnectionFailure(error: unknown): ConnectionFailure {
  if (error instanceof ConnectionFailure) return error;
  if (error instanceof HsmError) {
    return new ConnectionFailure(hsmErrorCodes[error.code] ?? 'INTERNAL_ERROR', error.message, {
      cause: error,
    });
  }
  if (error instanceof HsmUnreachableError) {
    const code = error.reason === 'no-hsm' ? 'INSUFFICIENT_CLOUDHSM_HSMS' : 'NETWORK_ERRORS';
    return new ConnectionFailure(code, error.message, { cause: error });
  }
  return new ConnectionFailure('INTERNAL_ERROR', 'unexpected failure while connecting', {
    cause: error,
  });
}

/**
 * Returns the addresses of the HSMs that may accept connections. This includes DEGRADED ones: they
 * may have recovered since their row was written.
 */
export function addressesOf(hsms: readonly HsmRow[]): HsmAddress[] {
  return hsms
    .filter((hsm) => (hsm.state === 'ACTIVE' || hsm.state === 'DEGRADED') && hsm.port > 0)
    .map((hsm) => ({ hsmId: hsm.hsmId, host: hsm.eniIp, port: hsm.port }));
}

export interface LoginRequest {
  readonly keyStore: KeyStoreRow;
  readonly cluster: ClusterRow | undefined;
  readonly hsms: readonly HsmRow[];
  /** Passwords to try, likeliest first. There are two after an interrupted rotation. */
  readonly passwords: readonly SecretText[];
  /**
   * Fail if kmsuser is logged in elsewhere. False after a restart, because sessions of the previous
   * process may still be closing.
   */
  readonly exclusive: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Connects to the cluster by TLS, verifies it against the trust anchor and the cluster certificate
 * of the key store, and logs in as kmsuser.
 */
export async function logInAsKmsUser(
  request: LoginRequest,
): Promise<{ client: ClusterClient; password: SecretText }> {
  const { keyStore, cluster, hsms, passwords, exclusive, clock, log } = request;
  if (!cluster || cluster.state === 'DELETED' || cluster.state === 'DELETE_IN_PROGRESS') {
    throw new ConnectionFailure('CLUSTER_NOT_FOUND', `cluster ${keyStore.clusterId} was not found`);
  }
  const members = addressesOf(hsms);
  if (members.length === 0) {
    throw new ConnectionFailure(
      'INSUFFICIENT_CLOUDHSM_HSMS',
      `cluster ${keyStore.clusterId} has no active HSM; create one and connect again`,
    );
  }
  let failure = new ConnectionFailure('INVALID_CREDENTIALS', 'no password is stored');
  for (const password of passwords) {
    try {
      const credentials = { username: KMS_USER, role: 'crypto-user', password, exclusive } as const;
      return {
        client: await connectCluster({
          trustAnchor: keyStore.trustAnchor,
          clusterCertificate: keyStore.clusterCertificate,
          members,
          credentials,
          clock,
          log,
        }),
        password,
      };
    } catch (error) {
      failure = toConnectionFailure(error);
      if (failure.errorCode !== 'INVALID_CREDENTIALS') break;
    }
  }
  throw failure;
}

/**
 * Changes kmsuser's password to a random one and returns it. `store` is called before the change,
 * so that after a crash between the two both passwords are known.
 */
export async function rotatePassword(
  client: ClusterClient,
  store: (next: SecretText) => Promise<void>,
): Promise<SecretText> {
  const next = randomPassword();
  await store(next);
  await client.call('changePassword', {
    username: KMS_USER,
    role: 'crypto-user',
    password: next.reveal(),
  });
  client.setPassword(next);
  return next;
}

/** Returns a random password of 160 bits: 32 characters, the maximum for an HSM user. */
function randomPassword(): SecretText {
  return new SecretText(base32Id(32));
}

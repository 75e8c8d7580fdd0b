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
export const KMS_USER = 'kmsuser';

/** Why a connect failed, in the words of DescribeCustomKeyStores. */
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
  'user-logged-in': 'USER_LOGGED_IN',
  'login-failed': 'INVALID_CREDENTIALS',
};

export function connectionFailure(error: unknown): ConnectionFailure {
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

/** HSMs that can be talked to. A DEGRADED one is tried too: it may be back before its record says so. */
export function addressesOf(hsms: readonly HsmRow[]): HsmAddress[] {
  return hsms
    .filter((hsm) => (hsm.state === 'ACTIVE' || hsm.state === 'DEGRADED') && hsm.port > 0)
    .map((hsm) => ({ hsmId: hsm.hsmId, host: hsm.eniIp, port: hsm.port }));
}

export interface ConnectRequest {
  readonly record: KeyStoreRow;
  readonly cluster: ClusterRow | undefined;
  readonly hsms: readonly HsmRow[];
  /** Passwords that may be in force, likeliest first: two while a rotation was cut short. */
  readonly passwords: readonly SecretText[];
  /** False when KMS itself was connected a moment ago and its old sessions may still be closing. */
  readonly exclusive: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens TLS to the cluster, checks it against the trust anchor and logs in as kmsuser. */
export async function openKeyStore(
  request: ConnectRequest,
): Promise<{ client: ClusterClient; password: SecretText }> {
  const { record, cluster, hsms, passwords, exclusive, clock, log } = request;
  if (!cluster || cluster.state === 'DELETED' || cluster.state === 'DELETE_IN_PROGRESS') {
    throw new ConnectionFailure('CLUSTER_NOT_FOUND', `cluster ${record.clusterId} was not found`);
  }
  const members = addressesOf(hsms);
  if (members.length === 0) {
    throw new ConnectionFailure(
      'INSUFFICIENT_CLOUDHSM_HSMS',
      `cluster ${record.clusterId} has no active HSM; create one and connect again`,
    );
  }
  let failure = new ConnectionFailure('INVALID_CREDENTIALS', 'no password is known');
  for (const password of passwords) {
    try {
      const credentials = { username: KMS_USER, role: 'crypto-user', password, exclusive } as const;
      return {
        client: await connectCluster({
          trustAnchor: record.trustAnchor,
          members,
          credentials,
          clock,
          log,
        }),
        password,
      };
    } catch (error) {
      failure = connectionFailure(error);
      if (failure.errorCode !== 'INVALID_CREDENTIALS') break;
    }
  }
  throw failure;
}

/**
 * Gives kmsuser a password that only KMS knows. `remember` is called with it before the change, so that a crash between
 * the two leaves both passwords at hand.
 */
export async function rotatePassword(
  client: ClusterClient,
  remember: (next: SecretText) => Promise<void>,
): Promise<SecretText> {
  const next = randomPassword();
  await remember(next);
  await client.call('changePassword', {
    username: KMS_USER,
    role: 'crypto-user',
    password: next.reveal(),
  });
  client.setPassword(next);
  return next;
}

/** Returns a random password of 160 bits: 32 characters, the most that an HSM user's may have. */
function randomPassword(): SecretText {
  return new SecretText(base32Id(32));
}

import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { HsmUnreachableError, type HsmAddress, type UnreachableCause } from './contract.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;

/** Idle time after which the kernel checks the connection, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

const causes: Readonly<Record<string, UnreachableCause>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  ENOTFOUND: 'refused',
  EAI_AGAIN: 'refused',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ETIMEDOUT: 'timeout',
};

export function nameOf({ hsmId, host, port }: HsmAddress): string {
  return hsmId === '' ? `HSM at ${host}:${port}` : `HSM ${hsmId} at ${host}:${port}`;
}

/** Translates a socket error. `reason` is used for errors of TLS itself. */
export function socketFailure(
  address: HsmAddress,
  error: Error,
  reason: UnreachableCause = 'protocol',
): HsmUnreachableError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return new HsmUnreachableError(causes[code] ?? reason, `${nameOf(address)}: ${error.message}`);
}

/**
 * Options for verifying the certificate. Only the issuer counts: an HSM's address says nothing
 * about which cluster it belongs to.
 */
function trust(address: HsmAddress, trustAnchor: string | undefined): ConnectionOptions {
  if (trustAnchor === undefined) return { rejectUnauthorized: false };
  // Exactly one certificate. With an empty list, Node would trust the public authorities.
  const [certificate] = CERTIFICATE.exec(trustAnchor) ?? [];
  if (certificate === undefined)
    throw new HsmUnreachableError(
      'untrusted',
      `${nameOf(address)}: the trust anchor is not a PEM certificate`,
    );
  return { ca: [certificate], checkServerIdentity: () => undefined };
}

/**
 * Opens a TLS 1.3 connection to an HSM whose certificate the trust anchor signed. Fails with
 * `HsmUnreachableError`.
 */
export async function openTls(
  address: HsmAddress,
  trustAnchor: string | undefined,
  timeout: number,
): Promise<TLSSocket> {
  const { host, port } = address;
  const socket = connect({ host, port, minVersion: 'TLSv1.3', ...trust(address, trustAnchor) });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onError = (error: Error): void =>
    reject(socketFailure(address, error, socket.authorizationError ? 'untrusted' : 'protocol'));
  const onClose = (): void =>
    reject(
      new HsmUnreachableError(
        'closed',
        `${nameOf(address)} closed the connection during the TLS handshake`,
      ),
    );
  const timer = setTimeout(
    () =>
      reject(
        new HsmUnreachableError(
          'timeout',
          `${nameOf(address)} did not respond within ${timeout} ms`,
        ),
      ),
    timeout,
  );
  socket
    .once('secureConnect', () => resolve())
    .on('error', onError)
    .once('close', onClose);
  try {
    await promise;
    return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    socket.off('close', onClose);
  }
}

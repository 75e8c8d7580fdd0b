import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { HsmUnreachableError, type HsmAddress, type UnreachableCause } from './contract.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;

/** Milliseconds of silence after which the kernel asks whether the other side is there. */
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

/** What a socket's error says about the HSM; `reason` is for errors that are TLS's own. */
export function socketFailure(
  address: HsmAddress,
  error: Error,
  reason: UnreachableCause = 'protocol',
): HsmUnreachableError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return new HsmUnreachableError(causes[code] ?? reason, `${nameOf(address)}: ${error.message}`);
}

/** How the certificate is judged: by its issuer alone, for an HSM's address says nothing about whose it is. */
function trust(address: HsmAddress, trustAnchor: string | undefined): ConnectionOptions {
  if (trustAnchor === undefined) return { rejectUnauthorized: false };
  // One certificate, never none: with an empty list Node would trust the public authorities.
  const [certificate] = CERTIFICATE.exec(trustAnchor) ?? [];
  if (certificate === undefined)
    throw new HsmUnreachableError(
      'untrusted',
      `${nameOf(address)}: the trust anchor is not a PEM certificate`,
    );
  return { ca: [certificate], checkServerIdentity: () => undefined };
}

/** Opens TLS 1.3 to an HSM whose certificate the trust anchor signed. Fails with `HsmUnreachableError`. */
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
          `${nameOf(address)} did not answer within ${timeout} ms`,
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

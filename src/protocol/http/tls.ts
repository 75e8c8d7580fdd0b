import { BlockList, isIP } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '../../base/index.ts';

/**
 * Certificate and private key of an HTTPS server, as PEM. The certificate may be followed by those
 * of its issuers.
 */
export interface TlsCredentials {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Source of a server's certificate. Each read may return a new one. */
export interface TlsSource {
  read(): Promise<TlsCredentials>;
}

/** Interval between checks for a new certificate. */
const CERTIFICATE_POLL_INTERVAL_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Returns options for TLS 1.2 or newer. The groups are OpenSSL's defaults: from version 3.5, they
 * begin with X25519MLKEM768, so that recorded traffic stays secret from quantum computers. Earlier
 * versions have only the classical groups.
 */
export function tlsOptions({
  certificate,
  privateKey,
}: TlsCredentials): SecureContextOptions & { readonly handshakeTimeout: number } {
  return {
    cert: certificate,
    key: privateKey,
    minVersion: 'TLSv1.2',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
}

/**
 * Calls `renew` with each new certificate of the source, until the returned function is called.
 * Certificates that cannot be used are logged and skipped.
 */
export function watchCertificate(
  source: TlsSource,
  renew: (credentials: TlsCredentials) => void,
  log: Logger,
): () => void {
  let current: string | undefined;
  const poll = async (): Promise<void> => {
    try {
      const credentials = await source.read();
      const text = credentials.certificate + credentials.privateKey;
      if (text === current) return;
      renew(credentials);
      if (current !== undefined) log.info({}, 'new connections use a new certificate');
      current = text;
    } catch (err) {
      // Possibly one of the two files has been replaced and the other not yet. The old certificate
      // stays in use until they match.
      log.warn({ err }, 'the new certificate cannot be used');
    }
  };
  void poll();
  const timer = setInterval(() => void poll(), CERTIFICATE_POLL_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Returns true if only this machine can reach a listener on this address. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

import { BlockList, isIP } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '../../base/index.ts';

/** What an HTTPS server shows and proves. PEM; the certificate may be followed by those of its issuers. */
export interface TlsCredentials {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Where a server's identity comes from. It may be another one each time it is asked for. */
export interface TlsSource {
  read(): Promise<TlsCredentials>;
}

/** Milliseconds between two looks at whether there is a new certificate. */
const CERTIFICATE_POLL_INTERVAL_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * TLS 1.2 or newer. The groups are OpenSSL's own choice: from 3.5 on that begins with X25519MLKEM768, so that what is
 * recorded today stays secret when there are quantum computers; earlier ones have the classical groups alone.
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

/** Gives `renew` each new identity of the source, until the returned function is called; what is broken is left alone. */
export function watchCertificate(
  source: TlsSource,
  renew: (identity: TlsCredentials) => void,
  log: Logger,
): () => void {
  let known: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const identity = await source.read();
      const text = identity.certificate + identity.privateKey;
      if (text === known) return;
      renew(identity);
      if (known !== undefined) log.info({}, 'new connections are shown a new certificate');
      known = text;
    } catch (err) {
      // Perhaps the one file is written and the other not yet: the old certificate stays until both fit.
      log.warn({ err }, 'the new certificate can not be used');
    }
  };
  void look();
  const timer = setInterval(() => void look(), CERTIFICATE_POLL_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

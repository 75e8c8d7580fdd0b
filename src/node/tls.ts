import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { systemClock } from '../base/index.ts';
import {
  certificateFiles,
  isLoopback,
  localCertificates,
  type TlsSource,
} from '../protocol/index.ts';
import { StartError, type DataFolder } from './data-folder.ts';
import type { UpOptions } from './options.ts';

export interface Tls {
  readonly source: TlsSource;
  /** CA certificate that clients must trust, if Keyhold issued its own certificate. */
  readonly authorityFile?: string;
}

/**
 * Opens the source of the server's certificate, as the TLS options say. Returns undefined for plain
 * HTTP, which requires a loopback address or --insecure-listen.
 */
export async function openTls(options: UpOptions, folder: DataFolder): Promise<Tls | undefined> {
  const { host, tls, tlsCertificate, tlsKey, tlsName, insecureListen } = options;
  if ((tlsCertificate === undefined) !== (tlsKey === undefined))
    throw new StartError('--tls-certificate and --tls-key go together; pass both');
  if (tlsCertificate !== undefined && tlsKey !== undefined)
    return { source: ownCertificate(tlsCertificate, tlsKey) };
  if (tls) {
    const names = new Set([...tlsName, ...namesOf(host), 'localhost', '127.0.0.1', '::1']);
    // Clients check certificates against real time, whatever --clock-offset says.
    const source = await localCertificates(folder.file('tls'), [...names], systemClock);
    return { source, authorityFile: source.authorityFile };
  }
  if (isLoopback(host) || insecureListen) return undefined;
  throw new StartError(
    `${host} is reachable from other hosts, and secrets would travel unencrypted: add --tls, or --insecure-listen behind a TLS proxy`,
  );
}

/**
 * Returns the names and addresses by which other hosts reach this machine: none for loopback, all
 * addresses for a wildcard address.
 */
function namesOf(host: string): readonly string[] {
  if (isLoopback(host)) return [];
  if (host !== '0.0.0.0' && host !== '::') return [host, hostname()];
  const addresses = Object.values(networkInterfaces()).flatMap((one = []) =>
    one.map(({ address }) => address),
  );
  // Link-local addresses have a zone, which certificates cannot contain.
  return [hostname(), ...addresses.filter((address) => !address.startsWith('fe80:'))];
}

function ownCertificate(certificateFile: string, keyFile: string): TlsSource {
  for (const file of [certificateFile, keyFile]) {
    try {
      readFileSync(file);
    } catch (error) {
      throw new StartError(
        `cannot read ${file}: ${error instanceof Error ? error.message : 'unknown failure'}`,
      );
    }
  }
  return certificateFiles(certificateFile, keyFile);
}

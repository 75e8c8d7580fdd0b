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
  /** What clients have to trust, where that is this Keyhold's own authority. */
  readonly authorityFile?: string;
}

/** What `--tls` and its relatives ask for; undefined for plain HTTP, which only this machine may be given unasked. */
export async function openTls(options: UpOptions, folder: DataFolder): Promise<Tls | undefined> {
  const { host, tls, tlsCertificate, tlsKey, tlsName, insecureListen } = options;
  if ((tlsCertificate === undefined) !== (tlsKey === undefined))
    throw new StartError('--tls-certificate and --tls-key go together');
  if (tlsCertificate !== undefined && tlsKey !== undefined)
    return { source: ownCertificate(tlsCertificate, tlsKey) };
  if (tls) {
    const names = new Set([...tlsName, ...namesOf(host), 'localhost', '127.0.0.1', '::1']);
    // Certificates are judged by the clients' clocks, whatever time Keyhold plays.
    const source = await localCertificates(folder.file('tls'), [...names], systemClock);
    return { source, authorityFile: source.authorityFile };
  }
  if (isLoopback(host) || insecureListen) return undefined;
  throw new StartError(
    `others can reach ${host}, and would send and get secrets in clear: add --tls, or --insecure-listen if something in front of Keyhold does TLS`,
  );
}

/** What others may call this machine by, if they can reach it there; all its addresses, if it listens on all. */
function namesOf(host: string): readonly string[] {
  if (isLoopback(host)) return [];
  if (host !== '0.0.0.0' && host !== '::') return [host, hostname()];
  const addresses = Object.values(networkInterfaces()).flatMap((one = []) =>
    one.map(({ address }) => address),
  );
  // Link-local addresses come with a zone, which certificates don't have.
  return [hostname(), ...addresses.filter((address) => !address.startsWith('fe80:'))];
}

function ownCertificate(certificateFile: string, keyFile: string): TlsSource {
  for (const file of [certificateFile, keyFile]) {
    try {
      readFileSync(file);
    } catch (error) {
      throw new StartError(
        `can not read ${file}: ${error instanceof Error ? error.message : 'unknown failure'}`,
      );
    }
  }
  return certificateFiles(certificateFile, keyFile);
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably, type Clock } from '../../base/index.ts';
import {
  createAuthority,
  exportPrivateKey,
  importKeyPair,
  issueCertificate,
  makeKeyPair,
  readCertificate,
  type Issuer,
  type Validity,
} from '../../crypto/index.ts';
import type { TlsCredentials, TlsSource } from './tls.ts';

export interface LocalCertificates extends TlsSource {
  /** CA certificate that clients must trust. */
  readonly authorityFile: string;
}

const DAY_MS = 86_400_000;
const AUTHORITY_LIFETIME_DAYS = 3_650;
/** Short, because renewal is automatic. */
const CERTIFICATE_LIFETIME_DAYS = 90;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** Tolerates clients whose clocks are behind. */
const CLOCK_SKEW_MS = 3_600_000;

/**
 * Returns a source of server certificates from Keyhold's own CA, which is created in `folder` at
 * the first start. The CA can issue for any name, so its key stays in the data folder. The server's
 * key stays in memory and is new at each start.
 */
export async function localCertificates(
  folder: string,
  names: readonly string[],
  clock: Clock,
): Promise<LocalCertificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authorityFile = join(folder, 'ca.pem');
  const issuer = await openAuthority(authorityFile, join(folder, 'ca.key'), clock);
  let current: TlsCredentials | undefined;
  let renewAt = 0;
  return {
    authorityFile,
    async read() {
      const now = clock.now();
      if (current && now < renewAt) return current;
      current = await issue(issuer, names, clock);
      renewAt = now + CERTIFICATE_LIFETIME_DAYS * DAY_MS - RENEW_BEFORE_MS;
      return current;
    },
  };
}

async function openAuthority(
  certificateFile: string,
  keyFile: string,
  clock: Clock,
): Promise<Issuer> {
  const certificate = readFileIfThere(certificateFile)?.toString();
  const key = readFileIfThere(keyFile)?.toString();
  const parsed = certificate === undefined ? undefined : readCertificate(certificate);
  if (
    certificate !== undefined &&
    key !== undefined &&
    parsed &&
    parsed.notAfter > clock.now() + CERTIFICATE_LIFETIME_DAYS * DAY_MS
  ) {
    return { certificate, privateKey: importKeyPair(key).privateKey };
  }
  const keys = makeKeyPair();
  const created = await createAuthority(
    keys,
    { O: 'Keyhold', CN: 'Keyhold local CA' },
    validity(clock, AUTHORITY_LIFETIME_DAYS),
  );
  writeFileDurably(keyFile, exportPrivateKey(keys.privateKey));
  // The certificate is written last: a key without it is incomplete and gets replaced.
  writeFileDurably(certificateFile, created, 0o644);
  return { certificate: created, privateKey: keys.privateKey };
}

async function issue(
  issuer: Issuer,
  names: readonly string[],
  clock: Clock,
): Promise<TlsCredentials> {
  const keys = makeKeyPair();
  const subject = { O: 'Keyhold', CN: names[0] ?? 'localhost' };
  const order = {
    subject,
    publicKey: keys.publicKey,
    ca: false,
    names,
    ...validity(clock, CERTIFICATE_LIFETIME_DAYS),
  };
  return {
    certificate: await issueCertificate(order, issuer),
    privateKey: exportPrivateKey(keys.privateKey),
  };
}

function validity(clock: Clock, days: number): Validity {
  const now = clock.now();
  return { notBefore: now - CLOCK_SKEW_MS, notAfter: now + days * DAY_MS };
}

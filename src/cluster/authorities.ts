import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere, writeFileDurably, type Clock } from '../base/index.ts';
import {
  createAuthority,
  exportPrivateKey,
  importKeyPair,
  issueCertificate,
  makeKeyPair,
  randomBytes,
  readCsr,
  type Issuer,
  type Subject,
  type Validity,
} from '../crypto/index.ts';

const BACKUP_KEY_BYTES = 32;
const ROOT_VALIDITY_YEARS = 30;
const MANAGED_CLUSTER_VALIDITY_YEARS = 25;
const YEAR_MS = 365 * 86_400_000;
/** Tolerance for customers' clocks that run behind this machine's. */
const CLOCK_SKEW_MS = 3_600_000;

/**
 * The two authorities that certify HSM hardware. Each signs the same hardware key, so that a
 * customer can verify one certificate without trusting the other authority.
 */
export interface Authorities {
  readonly manufacturer: Issuer;
  /** Authority of the installation's operator; the counterpart of AWS in CloudHSM. */
  readonly operator: Issuer;
  /**
   * Secret of all genuine hardware, one half from each authority. With it an HSM can open the
   * backups of other genuine HSMs.
   */
  readonly backupKeys: readonly [manufacturer: Uint8Array, operator: Uint8Array];
  readonly clock: Clock;
}

/**
 * Opens the two root authorities. The first start creates them, with the files `<name>.crt` for
 * customers and `<name>.key`, which stays private.
 */
export async function openAuthorities(folder: string, clock: Clock): Promise<Authorities> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const manufacturer = await openAuthority(
    folder,
    'manufacturer-root',
    { O: 'Keyhold', CN: 'Keyhold_HSM_Manufacturer_Root-G1' },
    clock,
  );
  const operator = await openAuthority(
    folder,
    'operator-root',
    { O: 'Keyhold', CN: 'Keyhold_CloudHSM_Root-G1' },
    clock,
  );
  const backupKeys = [
    openBackupKey(folder, 'manufacturer'),
    openBackupKey(folder, 'operator'),
  ] as const;
  return { manufacturer, operator, backupKeys, clock };
}

function openBackupKey(folder: string, owner: string): Uint8Array {
  const path = join(folder, `${owner}-backup.key`);
  const existing = readFileIfThere(path);
  if (existing?.length === BACKUP_KEY_BYTES) return existing;
  if (existing)
    throw new Error(`${path} is damaged: backups can't be restored without it; restore the file`);
  const created = randomBytes(BACKUP_KEY_BYTES);
  writeFileDurably(path, created);
  return created;
}

/** Opens an authority's key and certificate files. The first use creates them. */
export async function openAuthority(
  folder: string,
  name: string,
  subject: Subject,
  clock: Clock,
): Promise<Issuer> {
  const keyFile = join(folder, `${name}.key`);
  const certificateFile = join(folder, `${name}.crt`);
  const key = readFileIfThere(keyFile);
  const certificate = readFileIfThere(certificateFile);
  if (key && certificate)
    return {
      certificate: certificate.toString(),
      privateKey: importKeyPair(key.toString()).privateKey,
    };
  const keys = makeKeyPair();
  const created = await createAuthority(keys, subject, validity(clock, ROOT_VALIDITY_YEARS));
  writeFileDurably(keyFile, exportPrivateKey(keys.privateKey));
  // Last, because it completes the pair: a key without a certificate is replaced.
  writeFileDurably(certificateFile, created, 0o644);
  return { certificate: created, privateKey: keys.privateKey };
}

/**
 * Claims a cluster of Keyhold's own, in the role of the customer: creates a CA, signs the cluster's
 * CSR with it and discards the CA's key.
 */
export async function claimManagedCluster(
  csr: string,
  clock: Clock,
): Promise<{ readonly clusterCertificate: string; readonly trustAnchor: string }> {
  const request = await readCsr(csr);
  if (!request) throw new Error('the HSM returned an invalid cluster CSR');
  const keys = makeKeyPair();
  const period = validity(clock, MANAGED_CLUSTER_VALIDITY_YEARS);
  const trustAnchor = await createAuthority(
    keys,
    { O: 'Keyhold', CN: 'Keyhold managed HSMs' },
    period,
  );
  const order = {
    ...period,
    subject: { O: 'Keyhold', CN: 'managed HSM' },
    publicKey: request.publicKey,
    ca: false,
  };
  const clusterCertificate = await issueCertificate(order, {
    certificate: trustAnchor,
    privateKey: keys.privateKey,
  });
  return { clusterCertificate, trustAnchor };
}

/** Returns a validity period from now, in milliseconds since the epoch. */
export function validity(clock: Clock, years: number): Validity {
  const now = clock.now();
  return { notBefore: now - CLOCK_SKEW_MS, notAfter: now + years * YEAR_MS };
}

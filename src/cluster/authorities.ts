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
const YEAR_MS = 365 * 86_400_000;
/** A customer's machine may be behind ours. */
const CLOCK_SKEW_MS = 3_600_000;

/** Who vouches for HSM hardware: each signs the same key, so that a customer can check one without trusting the other. */
export interface Authorities {
  readonly manufacturer: Issuer;
  /** The part of AWS: whoever runs this Keyhold. */
  readonly operator: Issuer;
  /** What all genuine hardware knows, a part from each, so that it can open the backups of other such hardware. */
  readonly backupKeys: readonly [manufacturer: Uint8Array, operator: Uint8Array];
  readonly clock: Clock;
}

/** The two roots, made at the first start: `<name>.crt` for customers, `<name>.key` for nobody else. */
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
  const kept = readFileIfThere(path);
  if (kept?.length === BACKUP_KEY_BYTES) return kept;
  if (kept) throw new Error(`${path} is damaged; no backup opens without it`);
  const made = randomBytes(BACKUP_KEY_BYTES);
  writeFileDurably(path, made);
  return made;
}

/** An authority's pair of files, made at first use. */
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
  const made = await createAuthority(keys, subject, validity(clock, 30));
  writeFileDurably(keyFile, exportPrivateKey(keys.privateKey));
  // Last: with it the pair is complete, and a key without it is replaced.
  writeFileDurably(certificateFile, made, 0o644);
  return { certificate: made, privateKey: keys.privateKey };
}

/** Plays the customer for a cluster of our own: a CA signs the cluster's CSR once, and its key is forgotten. */
export async function claimManagedCluster(
  csr: string,
  clock: Clock,
): Promise<{ readonly clusterCertificate: string; readonly trustAnchor: string }> {
  const request = await readCsr(csr);
  if (!request) throw new Error('the HSM shows no valid cluster CSR');
  const keys = makeKeyPair();
  const period = validity(clock, 25);
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

export function validity(clock: Clock, years: number): Validity {
  const now = clock.now();
  return { notBefore: now - CLOCK_SKEW_MS, notAfter: now + years * YEAR_MS };
}

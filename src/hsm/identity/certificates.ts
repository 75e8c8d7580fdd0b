import type { Clock } from '../../base/index.ts';
import {
  certifies,
  createAuthority,
  createCsr,
  isSignedBy,
  issueCertificate,
  openBox,
  readCertificate,
  type KeyPair,
  type Subject,
} from '../../crypto/index.ts';
import { HsmError, type ControlInput, type HsmProvisioning } from '../wire/index.ts';
import type { HsmIdentity, HsmIdentityState } from './identity.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const CERTIFICATE_LIFETIME_MS = 3652 * DAY_MS;

export function clusterCsr(
  keys: KeyPair,
  mode: HsmProvisioning['mode'],
  serialNumber: string,
): Promise<string> {
  return createCsr(keys, clusterSubject(mode, serialNumber));
}

/**
 * Creates a CSR for both hardware certificates, which state that the hardware is genuine and
 * belongs to this operator.
 */
export function hardwareCsr(identity: HsmIdentity): Promise<string> {
  const { serialNumber } = identity.state;
  return createCsr(identity.hardwareKeys, {
    C: 'US',
    ST: 'CA',
    O: 'Keyhold',
    OU: 'Hardware',
    L: 'Local',
    CN: `HSM:${serialNumber}`,
  });
}

/**
 * Checks that both certificates are for this hardware's key, and issues the certificate of the
 * cluster's key with it.
 */
export async function acceptHardwareCertificates(
  identity: HsmIdentity,
  given: ControlInput<'setHardwareCertificates'>,
  clock: Clock,
): Promise<Partial<HsmIdentityState>> {
  const { manufacturerHardwareCertificate, awsHardwareCertificate, manufacturerRoot } = given;
  const { publicKey } = identity.hardwareKeys;
  if (
    !certifies(manufacturerHardwareCertificate, publicKey) ||
    !certifies(awsHardwareCertificate, publicKey)
  ) {
    throw new HsmError('invalid-argument', 'a hardware certificate is not for this hardware');
  }
  if (!isSignedBy(manufacturerHardwareCertificate, manufacturerRoot)) {
    throw new HsmError(
      'invalid-argument',
      'the hardware certificate is not signed by the manufacturer root',
    );
  }
  return {
    manufacturerHardwareCertificate,
    awsHardwareCertificate,
    manufacturerRoot,
    ...(given.sealedBackupKeys && { backupKeys: openBackupKeys(identity, given.sealedBackupKeys) }),
    ...(await hsmCertificate(identity, manufacturerHardwareCertificate, clock)),
  };
}

function openBackupKeys(
  { hardwareKeys }: HsmIdentity,
  [manufacturer, operator]: readonly [Uint8Array, Uint8Array],
): [Uint8Array, Uint8Array] {
  const openPart = (part: string, sealed: Uint8Array): Uint8Array => {
    const key = openBox(hardwareKeys.privateKey, sealed, Buffer.from(`backup-key/${part}`));
    if (key.length !== 32)
      throw new HsmError('invalid-argument', 'a backup key must have 32 bytes');
    return key;
  };
  return [openPart('manufacturer', manufacturer), openPart('operator', operator)];
}

async function hsmCertificate(
  identity: HsmIdentity,
  certificate: string,
  clock: Clock,
): Promise<Partial<HsmIdentityState>> {
  const { clusterKeys, state } = identity;
  // A joining HSM has no cluster key yet. The member that clones to it verifies its hardware
  // certificate instead.
  // A key that came with a backup or a clone is not certified: others may hold it.
  if (!clusterKeys || state.clusterCertificate !== undefined) return {};
  const issuer = { certificate, privateKey: identity.hardwareKeys.privateKey };
  const subject = clusterSubject(state.mode, state.serialNumber);
  const order = {
    subject,
    publicKey: clusterKeys.publicKey,
    ca: false,
    notBefore: clock.now() - DAY_MS,
    notAfter: clock.now() + CERTIFICATE_LIFETIME_MS,
  };
  return { hsmCertificate: await issueCertificate(order, issuer) };
}

/** Throws `HsmError` unless the customer's CA has certified this cluster's key. */
export function checkClusterCertificate(
  identity: HsmIdentity,
  { clusterCertificate, trustAnchor }: ControlInput<'initialize'>,
): void {
  const anchor = readCertificate(trustAnchor);
  const keys = identity.clusterKeys;
  if (!anchor) throw refusal('the trust anchor is not a PEM certificate');
  if (!anchor.selfSigned || anchor.keyType === 'other')
    throw refusal('the trust anchor is not a self-signed RSA or EC certificate');
  if (!keys || !certifies(clusterCertificate, keys.publicKey))
    throw refusal("the certificate is not for this cluster's key");
  if (!isSignedBy(clusterCertificate, trustAnchor))
    throw refusal('the certificate is not signed by the trust anchor');
}

/**
 * Returns the TLS certificate and key: the cluster certificate or, before there is one, a
 * self-signed certificate that proves nothing.
 */
export async function tlsCredentials(
  identity: HsmIdentity,
  clock: Clock,
): Promise<{ readonly key: string; readonly cert: string }> {
  const { clusterKey, clusterCertificate, hardwareKey } = identity.state;
  if (clusterKey !== undefined && clusterCertificate !== undefined)
    return { key: clusterKey, cert: clusterCertificate };
  const validity = {
    notBefore: clock.now() - DAY_MS,
    notAfter: clock.now() + CERTIFICATE_LIFETIME_MS,
  };
  const keys = identity.clusterKeys ?? identity.hardwareKeys;
  return {
    key: clusterKey ?? hardwareKey,
    cert: await createAuthority(keys, { CN: identity.state.hsmId }, validity),
  };
}

function clusterSubject(mode: HsmProvisioning['mode'], serialNumber: string): Subject {
  const kind = mode === 'FIPS' ? 'FIPS' : 'NON-FIPS';
  return {
    C: 'US',
    ST: 'CA',
    O: 'Keyhold',
    OU: kind,
    L: 'Local',
    CN: `HSM:${serialNumber}:PARTN:1, for ${kind} mode`,
  };
}

function refusal(reason: string): HsmError {
  return new HsmError('invalid-argument', reason);
}

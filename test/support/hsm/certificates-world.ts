/** Test fixture: the authorities that certify an HSM's hardware and a cluster's key. */
import type { KeyObject } from 'node:crypto';
import type { ControlChannel } from '../../../src/cluster/control-channel.ts';
import {
  createAuthority,
  issueCertificate,
  makeKeyPair,
  readCsr,
  sealBox,
  type Issuer,
} from '../../../src/crypto/index.ts';

const validity = { notBefore: 0, notAfter: Date.UTC(2100, 0) };

/** The manufacturer's and the operator's part of the backup key. */
export type BackupKeys = readonly [Uint8Array, Uint8Array];

export async function authority(name: string): Promise<Issuer> {
  const keys = makeKeyPair();
  return {
    certificate: await createAuthority(keys, { CN: name }, validity),
    privateKey: keys.privateKey,
  };
}

/** Issues a certificate for a certificate request, with the request's common name if it is a CA. */
export async function certify(csr: string, issuer: Issuer, ca = false): Promise<string> {
  const { publicKey, subject } = await contentsOf(csr);
  const [, name = ''] = /CN=([^,]+)/.exec(subject) ?? [];
  const order = { ...validity, subject: { CN: ca ? name : 'HSM' }, publicKey, ca };
  return issueCertificate(order, issuer);
}

/**
 * Gives an HSM its hardware certificates and backup keys. Resolves to the manufacturer's hardware
 * certificate.
 */
export async function certifyHardware(
  control: ControlChannel,
  manufacturer: Issuer,
  backupKeys: BackupKeys,
): Promise<string> {
  const { csr } = await control.call('hardwareCsr', {});
  const { publicKey } = await contentsOf(csr);
  const certificates = {
    manufacturerHardwareCertificate: await certify(csr, manufacturer, true),
    awsHardwareCertificate: await certify(csr, manufacturer, true),
    manufacturerRoot: manufacturer.certificate,
    sealedBackupKeys: [
      sealBox(publicKey, backupKeys[0], Buffer.from('backup-key/manufacturer')),
      sealBox(publicKey, backupKeys[1], Buffer.from('backup-key/operator')),
    ],
  } as const;
  await control.call('setHardwareCertificates', certificates);
  return certificates.manufacturerHardwareCertificate;
}

async function contentsOf(csr: string): Promise<{ publicKey: KeyObject; subject: string }> {
  const request = await readCsr(csr);
  if (!request) throw new Error('invalid certificate request');
  return request;
}

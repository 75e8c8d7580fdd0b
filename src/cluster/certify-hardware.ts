import { issueCertificate, readCsr, sealBox } from '../crypto/index.ts';
import { validity, type Authorities } from './authorities.ts';
import type { HsmProcess } from './hsm-process.ts';

const HARDWARE_VALIDITY_YEARS = 25;

/** Hardware certificates of a cluster's first HSM, PEM, as stored in the cluster's row. */
export interface HardwareCertificates {
  readonly manufacturerHardwareCertificate: string;
  readonly awsHardwareCertificate: string;
  readonly hsmCertificate: string;
}

/** Has both authorities certify an HSM's hardware key, and installs the certificates in the HSM. */
export async function certifyHardware(
  hsm: HsmProcess,
  authorities: Authorities,
): Promise<HardwareCertificates> {
  const { manufacturer, operator, clock } = authorities;
  const request = await readCsr((await hsm.call('hardwareCsr', {})).csr);
  if (!request) throw new Error('the HSM returned an invalid CSR for its hardware key');
  // The same subject in both, so that the hardware's signatures verify through either.
  const subject = { O: 'Keyhold', OU: 'HSM hardware', CN: `HSM:${hsm.status.serialNumber}` };
  const order = {
    ...validity(clock, HARDWARE_VALIDITY_YEARS),
    subject,
    publicKey: request.publicKey,
    ca: true,
  };
  const manufacturerHardwareCertificate = await issueCertificate(order, manufacturer);
  const awsHardwareCertificate = await issueCertificate(order, operator);
  const { hsmCertificate } = await hsm.call('setHardwareCertificates', {
    manufacturerHardwareCertificate,
    awsHardwareCertificate,
    manufacturerRoot: manufacturer.certificate,
    sealedBackupKeys: [
      sealBox(request.publicKey, authorities.backupKeys[0], Buffer.from('backup-key/manufacturer')),
      sealBox(request.publicKey, authorities.backupKeys[1], Buffer.from('backup-key/operator')),
    ],
  });
  return { manufacturerHardwareCertificate, awsHardwareCertificate, hsmCertificate };
}

import { issueCertificate, readCsr, sealBox } from '../crypto/index.ts';
import { validity, type Authorities } from './authorities.ts';
import type { HsmProcess } from './hsm-process.ts';

/** PEM; as they stand in the cluster's row. */
export interface HardwareCertificates {
  readonly manufacturerHardwareCertificate: string;
  readonly awsHardwareCertificate: string;
  readonly hsmCertificate: string;
}

/** Gets an HSM's hardware key certified by both authorities, and gives the HSM what they signed. */
export async function certifyHardware(
  hsm: HsmProcess,
  authorities: Authorities,
): Promise<HardwareCertificates> {
  const { manufacturer, operator, clock } = authorities;
  const request = await readCsr((await hsm.call('hardwareCsr', {})).csr);
  if (!request) throw new Error('the HSM shows no valid request for its hardware key');
  // One name in both, so that what the hardware signs can be verified through either.
  const subject = { O: 'Keyhold', OU: 'HSM hardware', CN: `HSM:${hsm.status.serialNumber}` };
  const order = { ...validity(clock, 25), subject, publicKey: request.publicKey, ca: true };
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

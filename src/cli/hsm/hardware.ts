import { fingerprintOf, readCertificate, verifySha256 } from '../../crypto/index.ts';
import type { HsmConnection } from '../../hsm/client/index.ts';
import { formatFingerprint, parseFingerprint } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';

export const FINGERPRINT_OPTION = [
  '--fingerprint <hex>',
  'send nothing unless this is the fingerprint of the HSM’s hardware key',
] as const;

/** Hardware that has proved to be the other end of a connection. */
export interface ProvenHardware {
  /** Certificate of the hardware key, PEM. */
  readonly certificate: string;
  /** 64 hex digits. */
  readonly fingerprint: string;
}

/**
 * Returns the hardware at the other end of this connection, which holds the key in the certificate.
 * The issuer of the certificate is not checked.
 *
 * @throws CliError if the hardware proves nothing, or is not the `pinned` one.
 */
export async function provenHardware(
  connection: HsmConnection,
  pinned: string | undefined,
): Promise<ProvenHardware> {
  const { hardwareCertificate: certificate, proof } = await connection.call('describeHardware', {});
  const hardware = certificate === undefined ? undefined : readCertificate(certificate);
  if (
    !hardware ||
    certificate === undefined ||
    !(proof instanceof Uint8Array) ||
    !verifySha256(hardware.publicKey, connection.hardwareStatement, proof)
  )
    throw new CliError(
      'the server did not prove that it holds the hardware key of an HSM; nothing was sent',
    );
  const fingerprint = fingerprintOf(hardware.publicKey);
  if (pinned !== undefined && parseFingerprint(pinned) !== fingerprint)
    throw new CliError(
      `the hardware key of the HSM is ${formatFingerprint(fingerprint)}, not the one in --fingerprint; nothing was sent`,
    );
  return { certificate, fingerprint };
}

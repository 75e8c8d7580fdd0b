import { certifies, fingerprintOf, isSignedBy, readCertificate } from '../../crypto/index.ts';
import { connectHsm, type HsmConnection } from '../../hsm/client/index.ts';
import { formatFingerprint, parseFingerprint } from '../../hsm/wire/index.ts';
import { accessInEnv } from '../access.ts';
import { createApi } from '../api.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';

export interface NewHsmOptions extends TargetOptions {
  readonly manufacturerRoot: string;
  readonly sourceManufacturerRoot?: string;
  readonly fingerprint?: string;
}

/** The HSM into which the caller may restore a backup. */
export interface NewHsm {
  readonly connection: HsmConnection;
  /** Token of the restore permit. */
  readonly permit: Uint8Array;
}

/**
 * Passes `work` a connection to the HSM of a cluster that waits for a restore, and the permission
 * to restore. There is no customer CA to trust yet. The HSM is verified by the manufacturer's
 * certificate of its hardware key, whose fingerprint is shown and can be pinned.
 */
export async function withNewHsm<R>(
  context: HsmContext,
  options: NewHsmOptions,
  work: (hsm: NewHsm) => Promise<R>,
): Promise<R> {
  const clusterId = options.clusterId ?? context.env['CLOUDHSM_CLUSTER_ID'];
  if (!clusterId)
    throw new CliError('missing cluster: pass --cluster-id cluster-… or set CLOUDHSM_CLUSTER_ID');
  const { sourceManufacturerRoot: source } = options;
  const { HsmId, IpAddress, Port, RestoreToken } = await createApi(accessInEnv(context.env))(
    'keyhold',
    'AuthorizeRestore',
    {
      ClusterId: clusterId,
      ...(source !== undefined && { SourceManufacturerRoot: bytesOfFile(source).toString('utf8') }),
    },
  );
  const address = { hsmId: HsmId, host: IpAddress, port: Port };
  const peek = await connectHsm(address, { trustAnchor: undefined });
  const fingerprint = await verifyHardware(peek, options).finally(() => peek.close());
  context.io.err(`HSM ${HsmId}, hardware key ${formatFingerprint(fingerprint)}\n`);
  const connection = await connectHsm(address, { trustAnchor: peek.clusterCertificate });
  try {
    return await work({ connection, permit: Buffer.from(RestoreToken, 'base64') });
  } finally {
    connection.close();
  }
}

/**
 * Returns the fingerprint of the HSM's hardware key. Throws `CliError` unless the manufacturer has
 * certified that key, it vouches for the TLS key, and it is the pinned one.
 */
async function verifyHardware(
  connection: HsmConnection,
  { manufacturerRoot, fingerprint: pinned }: NewHsmOptions,
): Promise<string> {
  const { hardwareCertificate, hsmCertificate } = await connection.call('describeHardware', {});
  const root = bytesOfFile(manufacturerRoot).toString('utf8');
  const hardware =
    hardwareCertificate === undefined ? undefined : readCertificate(hardwareCertificate);
  if (!hardware || hardwareCertificate === undefined || !isSignedBy(hardwareCertificate, root))
    throw new CliError(
      `${manufacturerRoot} did not certify the hardware of the HSM; check --manufacturer-root`,
    );
  const shown = readCertificate(connection.clusterCertificate);
  const issued =
    hsmCertificate !== undefined && isSignedBy(hsmCertificate, hardwareCertificate)
      ? hsmCertificate
      : hardwareCertificate;
  if (!shown || !certifies(issued, shown.publicKey))
    throw new CliError(
      'the server is not the HSM that the manufacturer certified; nothing was sent',
    );
  const fingerprint = fingerprintOf(hardware.publicKey);
  if (pinned !== undefined && parseFingerprint(pinned) !== fingerprint)
    throw new CliError(
      `the hardware key of the HSM is ${formatFingerprint(fingerprint)}, not the one in --fingerprint; nothing was sent`,
    );
  return fingerprint;
}

import { isSignedBy } from '../../crypto/index.ts';
import { connectHsm, type HsmConnection } from '../../hsm/client/index.ts';
import { formatFingerprint } from '../../hsm/wire/index.ts';
import { accessInEnv } from '../access.ts';
import { createApi } from '../api.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { provenHardware } from './hardware.ts';

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
  peek.close();
  const connection = await connectHsm(address, { trustAnchor: peek.clusterCertificate });
  try {
    const fingerprint = await verifyHardware(connection, options);
    context.io.err(`HSM ${HsmId}, hardware key ${formatFingerprint(fingerprint)}\n`);
    return await work({ connection, permit: Buffer.from(RestoreToken, 'base64') });
  } finally {
    connection.close();
  }
}

/**
 * Returns the fingerprint of the HSM's hardware key. Throws `CliError` unless the HSM at the other
 * end of this connection holds that key, the manufacturer has certified it, and it is the pinned
 * one.
 */
async function verifyHardware(
  connection: HsmConnection,
  { manufacturerRoot, fingerprint: pinned }: NewHsmOptions,
): Promise<string> {
  const { certificate, fingerprint } = await provenHardware(connection, pinned);
  if (!isSignedBy(certificate, bytesOfFile(manufacturerRoot).toString('utf8')))
    throw new CliError(
      `${manufacturerRoot} did not certify the hardware of the HSM; check --manufacturer-root`,
    );
  return fingerprint;
}

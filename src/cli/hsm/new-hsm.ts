import { certifies, isSignedBy, readCertificate } from '../../crypto/index.ts';
import { connectHsm, type HsmConnection } from '../../hsm/client/index.ts';
import { describeCertificates } from '../api.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { addressesOf } from './target.ts';

/**
 * Passes `work` a connection to the first HSM of a cluster that is not initialized. There is no
 * customer CA to trust yet. The HSM is verified by the manufacturer's certificate of its hardware
 * key, which signed its TLS key.
 */
export async function withNewHsm<R>(
  context: HsmContext,
  options: TargetOptions & { readonly manufacturerRoot: string },
  work: (connection: HsmConnection) => Promise<R>,
): Promise<R> {
  const clusterId = options.clusterId ?? context.env['CLOUDHSM_CLUSTER_ID'];
  if (!clusterId)
    throw new CliError('missing cluster: pass --cluster-id cluster-… or set CLOUDHSM_CLUSTER_ID');
  const [address] = await addressesOf(context, options);
  if (!address) throw new CliError(`cluster ${clusterId} has no HSM`);
  const hsmCertificate = await genuineCertificate(context, clusterId, options.manufacturerRoot);
  const peek = await connectHsm(address, { trustAnchor: undefined });
  peek.close();
  const shown = readCertificate(peek.clusterCertificate);
  if (!shown || !certifies(hsmCertificate, shown.publicKey)) {
    throw new CliError(
      'the server is not the HSM that the manufacturer certified; nothing was sent',
    );
  }
  const connection = await connectHsm(address, {
    trustAnchor: peek.clusterCertificate,
    clusterCertificate: peek.clusterCertificate,
  });
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/**
 * Returns the certificate of the cluster's key, issued by the HSM's hardware key. Throws CliError
 * unless the manufacturer certified the hardware key.
 */
async function genuineCertificate(
  { env }: HsmContext,
  clusterId: string,
  rootFile: string,
): Promise<string> {
  const { HsmCertificate: hsm, ManufacturerHardwareCertificate: hardware } =
    await describeCertificates(env, clusterId);
  const root = bytesOfFile(rootFile).toString('utf8');
  if (hsm && hardware && isSignedBy(hsm, hardware) && isSignedBy(hardware, root)) return hsm;
  throw new CliError(
    `${rootFile} did not certify the hardware of ${clusterId}; check --manufacturer-root`,
  );
}

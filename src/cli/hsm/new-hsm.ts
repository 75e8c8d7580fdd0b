import { certifies, isSignedBy, readCertificate } from '../../crypto/index.ts';
import { connectHsm, type HsmConnection } from '../../hsm/client/index.ts';
import { describeCertificates } from '../api.ts';
import { CliError } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import { bytesOfFile } from './files.ts';
import { addressesOf } from './target.ts';

/**
 * Lends `work` a connection to the first HSM of a cluster that nobody has claimed yet. There is no
 * customer's CA to trust; what proves the HSM is the manufacturer's certificate of its hardware
 * key, which signed the key that it speaks TLS with.
 */
export async function withNewHsm<R>(
  context: HsmContext,
  options: TargetOptions & { readonly manufacturerRoot: string },
  work: (connection: HsmConnection) => Promise<R>,
): Promise<R> {
  const clusterId = options.clusterId ?? context.env['CLOUDHSM_CLUSTER_ID'];
  if (!clusterId) throw new CliError('name the cluster whose HSM it is: --cluster-id cluster-…');
  const [address] = await addressesOf(context, options);
  if (!address) throw new CliError('the cluster has no HSM');
  const hsmCertificate = await genuineCertificate(context, clusterId, options.manufacturerRoot);
  const peek = await connectHsm(address, { trustAnchor: undefined });
  peek.close();
  const shown = readCertificate(peek.clusterCertificate);
  if (!shown || !certifies(hsmCertificate, shown.publicKey)) {
    throw new CliError(
      'what answers is not the HSM that the manufacturer vouches for; nothing was sent',
    );
  }
  const connection = await connectHsm(address, { trustAnchor: peek.clusterCertificate });
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

/**
 * The certificate of the cluster's key by the HSM's hardware key, after that one's by the
 * manufacturer was checked.
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
  throw new CliError(`${rootFile} does not vouch for the hardware of ${clusterId}`);
}

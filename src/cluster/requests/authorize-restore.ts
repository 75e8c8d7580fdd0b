import { randomBytes, readCertificate, sha256 } from '../../crypto/index.ts';
import type { RestoreAuthorization } from '../contract.ts';
import type { HsmProcesses } from '../hsm-processes.ts';
import { invalid, requireCluster, type ClusterRef } from '../rows.ts';
import type { RequestContext } from './context.ts';

const TOKEN_BYTES = 32;

/** Gives the caller the token of a restore permit. The HSM gets its hash. */
export async function authorizeRestore(
  { store }: RequestContext,
  processes: HsmProcesses,
  ref: ClusterRef,
  sourceRoot: string | undefined,
): Promise<RestoreAuthorization> {
  if (sourceRoot !== undefined && readCertificate(sourceRoot)?.selfSigned !== true)
    throw invalid('SourceManufacturerRoot must be one self-signed certificate in PEM format.');
  const { hsms } = await store.read((reader) => requireCluster(reader, ref));
  const [waiting] = hsms.flatMap((hsm) => {
    const process = processes.get(hsm.hsmId);
    return process?.status.lifecycle === 'uninitialized' ? [{ hsm, process }] : [];
  });
  if (!waiting)
    throw invalid(
      `Cluster '${ref.clusterId}' has no HSM into which a backup can be restored: create a cluster, and one HSM in it.`,
    );
  const { hsm, process } = waiting;
  const token = randomBytes(TOKEN_BYTES);
  const { expiresAt } = await process.call('permitRestore', {
    tokenHash: sha256(token),
    sourceRoots: sourceRoot === undefined ? [] : [sourceRoot],
  });
  return { hsmId: hsm.hsmId, host: hsm.eniIp, port: process.status.port, token, expiresAt };
}

import { exportPrivateKey, makeKeyPair, randomBytes } from '../../crypto/index.ts';
import type { HsmProvisioning } from '../wire/index.ts';
import { clusterCsr } from './certificates.ts';
import { MASKING_KEY_BYTES, type HsmIdentityState } from './identity.ts';

/** Creates the identity of a new HSM. */
export async function provisionIdentity({
  hsmId,
  clusterId,
  mode,
  first,
}: HsmProvisioning): Promise<HsmIdentityState> {
  const serialNumber = `KH${randomBytes(6).toString('hex').toUpperCase()}`;
  const own = {
    hsmId,
    clusterId,
    mode,
    serialNumber,
    hardwareKey: exportPrivateKey(makeKeyPair().privateKey),
    synchronized: first,
  };
  if (!first) return own;
  const clusterKeys = makeKeyPair();
  return {
    ...own,
    clusterKey: exportPrivateKey(clusterKeys.privateKey),
    maskingKey: randomBytes(MASKING_KEY_BYTES),
    clusterCsr: await clusterCsr(clusterKeys, mode, serialNumber),
  };
}

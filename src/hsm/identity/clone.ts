import {
  BrokenSealError,
  isSignedBy,
  openWith,
  readCertificate,
  sealFor,
} from '../../crypto/index.ts';
import { HsmError, packValue, unpackValue, type ControlInput } from '../wire/index.ts';
import type { Identity, IdentityFacts } from './identity.ts';

type ClusterFacts = Required<
  Pick<
    IdentityFacts,
    'clusterId' | 'clusterKey' | 'maskingKey' | 'clusterCertificate' | 'trustAnchor'
  >
>;

/** The cluster's secrets, sealed so that only the genuine hardware which the certificate names can open them. */
export function exportClone(
  identity: Identity,
  { hardwareCertificate, hsmId }: ControlInput<'exportClone'>,
): Uint8Array {
  const { clusterId, clusterKey, maskingKey, clusterCertificate, trustAnchor, manufacturerRoot } =
    identity.facts;
  if (!clusterKey || !maskingKey || !clusterCertificate || !trustAnchor)
    throw new HsmError('wrong-lifecycle');
  const hardware = readCertificate(hardwareCertificate);
  if (!hardware || !manufacturerRoot || !isSignedBy(hardwareCertificate, manufacturerRoot)) {
    throw new HsmError(
      'invalid-argument',
      'the hardware certificate does not chain to the manufacturer root',
    );
  }
  const facts: ClusterFacts = {
    clusterId,
    clusterKey,
    maskingKey,
    clusterCertificate,
    trustAnchor,
  };
  return sealFor(hardware.publicKey, packValue(facts), binding(clusterId, hsmId));
}

/** What `exportClone` sealed for this HSM. */
export function importClone(identity: Identity, sealed: Uint8Array): ClusterFacts {
  const { clusterId, hsmId } = identity.facts;
  try {
    // Only a member of the cluster could seal it, and it was bound to this HSM and cluster.
    return unpackValue(
      openWith(identity.hardwareKeys.privateKey, sealed, binding(clusterId, hsmId)),
    ) as ClusterFacts;
  } catch (error) {
    if (error instanceof BrokenSealError)
      throw new HsmError('invalid-argument', 'the clone is not for this HSM');
    throw error;
  }
}

function binding(clusterId: string, hsmId: string): Buffer {
  return Buffer.from(`clone/${clusterId}/${hsmId}`);
}

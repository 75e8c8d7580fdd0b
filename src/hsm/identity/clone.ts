/**
 * Cloning gives a joining HSM the secrets of its cluster: cluster key, masking key and
 * certificates. It does not copy users and keys. These are records, which the new HSM pulls from
 * its peers once it holds the masking key (`replication/`).
 */
import {
  BrokenSealError,
  isSignedBy,
  openBox,
  readCertificate,
  sealBox,
} from '../../crypto/index.ts';
import { HsmError, packValue, unpackValue, type ControlInput } from '../wire/index.ts';
import type { ClusterIdentity, HsmIdentity, HsmIdentityState } from './identity.ts';

type ClonedIdentity = ClusterIdentity & Pick<HsmIdentityState, 'clusterId' | 'guarded'>;

/**
 * Encrypts the cluster's secrets so that only the genuine hardware in the certificate can decrypt
 * them.
 */
export function exportClone(
  identity: HsmIdentity,
  { hardwareCertificate, hsmId }: ControlInput<'exportClone'>,
): Uint8Array {
  const {
    clusterId,
    clusterKey,
    maskingKey,
    clusterCertificate,
    trustAnchor,
    manufacturerRoot,
    guarded,
  } = identity.state;
  if (!clusterKey || !maskingKey || !clusterCertificate || !trustAnchor)
    throw new HsmError('wrong-lifecycle');
  const hardware = readCertificate(hardwareCertificate);
  if (!hardware || !manufacturerRoot || !isSignedBy(hardwareCertificate, manufacturerRoot)) {
    throw new HsmError(
      'invalid-argument',
      'the hardware certificate does not chain to the manufacturer root',
    );
  }
  const contents: ClonedIdentity = {
    clusterId,
    clusterKey,
    maskingKey,
    clusterCertificate,
    trustAnchor,
    ...(guarded !== undefined && { guarded }),
  };
  return sealBox(hardware.publicKey, packValue(contents), binding(clusterId, hsmId));
}

/** Decrypts the result of `exportClone` for this HSM. */
export function importClone(identity: HsmIdentity, sealed: Uint8Array): ClonedIdentity {
  const { clusterId, hsmId } = identity.state;
  try {
    // Only a member of the cluster can create it, and it is bound to this HSM and cluster.
    return unpackValue(
      openBox(identity.hardwareKeys.privateKey, sealed, binding(clusterId, hsmId)),
    ) as ClonedIdentity;
  } catch (error) {
    if (error instanceof BrokenSealError)
      throw new HsmError('invalid-argument', 'the clone is not for this HSM');
    throw error;
  }
}

function binding(clusterId: string, hsmId: string): Buffer {
  return Buffer.from(`clone/${clusterId}/${hsmId}`);
}

/**
 * Cloning gives a joining HSM the secrets of its cluster: cluster key, masking key and
 * certificates, and the list of members. It does not copy users and keys. These are records, which
 * the new HSM pulls from its peers once it can greet them (`replication/`).
 */
import {
  BrokenSealError,
  isSignedBy,
  openBox,
  readCertificate,
  sealBox,
  type KeyPair,
} from '../../crypto/index.ts';
import type { ReplicaRecord } from '../replication/index.ts';
import { HsmError, packValue, unpackValue } from '../wire/index.ts';
import {
  readClusterIdentity,
  type ClusterIdentity,
  type HsmIdentity,
  type HsmIdentityState,
} from './identity.ts';

type ClonedIdentity = ClusterIdentity & Pick<HsmIdentityState, 'clusterId' | 'guarded'>;

/** Contents of a clone. */
export interface Clone {
  readonly identity: ClonedIdentity;
  /** Records of all members, so that the joining HSM can verify the greetings of its peers. */
  readonly members: readonly ReplicaRecord[];
}

type PublicKey = KeyPair['publicKey'];

/**
 * Returns the hardware key in a certificate.
 *
 * @throws HsmError `invalid-argument` unless the certificate chains to the manufacturer root.
 */
export function genuineHardwareKey({ state }: HsmIdentity, hardwareCertificate: string): PublicKey {
  const { manufacturerRoot } = state;
  const hardware = readCertificate(hardwareCertificate);
  if (!hardware || !manufacturerRoot || !isSignedBy(hardwareCertificate, manufacturerRoot)) {
    throw new HsmError(
      'invalid-argument',
      'the hardware certificate does not chain to the manufacturer root',
    );
  }
  return hardware.publicKey;
}

/** Encrypts the cluster's secrets so that only the holder of the hardware key can decrypt them. */
export function exportClone(
  identity: HsmIdentity,
  { publicKey, hsmId }: { readonly publicKey: PublicKey; readonly hsmId: string },
  members: readonly ReplicaRecord[],
): Uint8Array {
  const { clusterId, clusterKey, maskingKey, clusterCertificate, trustAnchor, guarded } =
    identity.state;
  if (!clusterKey || !maskingKey || !clusterCertificate || !trustAnchor)
    throw new HsmError('wrong-lifecycle');
  const contents: Clone = {
    identity: {
      clusterId,
      clusterKey,
      maskingKey,
      clusterCertificate,
      trustAnchor,
      ...(guarded !== undefined && { guarded }),
    },
    members,
  };
  return sealBox(publicKey, packValue(contents), binding(clusterId, hsmId));
}

/** Decrypts the result of `exportClone` for this HSM. */
export function importClone(identity: HsmIdentity, sealed: Uint8Array): Clone {
  const { clusterId, hsmId } = identity.state;
  try {
    // It is bound to this HSM and cluster. Its secrets fit no other cluster: clients and peers
    // would notice.
    const clone = unpackValue(
      openBox(identity.hardwareKeys.privateKey, sealed, binding(clusterId, hsmId)),
    ) as Clone;
    // But anybody can seal for the public key of an HSM.
    if (!Array.isArray(clone.members) || clone.members.some(({ kind }) => kind !== 'member'))
      throw new HsmError('invalid-argument', 'a clone contains no records but those of members');
    const { guarded } = clone.identity;
    return {
      identity: {
        ...readClusterIdentity(clone.identity),
        clusterId,
        ...(guarded !== undefined && { guarded }),
      },
      members: clone.members,
    };
  } catch (error) {
    if (error instanceof BrokenSealError)
      throw new HsmError('invalid-argument', 'the clone is not for this HSM');
    throw error;
  }
}

function binding(clusterId: string, hsmId: string): Buffer {
  return Buffer.from(`clone/${clusterId}/${hsmId}`);
}

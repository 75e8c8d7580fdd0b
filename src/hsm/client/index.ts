/**
 * hsm/client: client of HSMs in other processes: one HSM (`connectHsm`), or a whole cluster as one
 * logged-in user (`connectCluster`). It must not know KMS, nor anything of the HSM process but its
 * wire format. Begin at `contract.ts`.
 */
export {
  HsmUnreachableError,
  type ClusterClient,
  type ConnectOptions,
  type Credentials,
  type HsmAddress,
  type HsmConnection,
  type HsmHealth,
  type UnreachableCause,
} from './contract.ts';
export { connectHsm } from './connect-hsm.ts';
export { connectCluster } from './connect-cluster.ts';

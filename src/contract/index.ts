/**
 * contract: the wire contract as data and types: services, operations, and their inputs with every
 * constraint. The compiler checks it against the AWS SDK's types. It must not know how requests are
 * decoded, validated or performed. Begin at `shape.ts`, then `kms/cryptographic.ts` for an example.
 */
export {
  services,
  type OperationName,
  type Request,
  type Response,
  type ServiceName,
} from './services.ts';
export { shapes, withoutOutput, withoutSignature } from './shapes.ts';
export type { ListShape, MapShape, Members, MemberShape } from './shape.ts';
export type {
  AccessCause,
  ClusterStatus,
  ExplainedAccess,
  HsmStatus,
  KeyAccess,
  KeyStoreStatus,
  PolicyFinding,
  RegionStatus,
  Status,
} from './keyhold-types.ts';

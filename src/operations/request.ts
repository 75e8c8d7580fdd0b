import type { TlsDetails } from '../audit/index.ts';
import type { OperationName, ServiceName } from '../contract/index.ts';
import type { KmsError, Principal } from '../domain/index.ts';
import type { PrincipalPolicies } from '../policy/index.ts';

/** A request whose signature is good and whose input was held against the contract: what the outer half hands over. */
export interface PerformRequest {
  readonly service: ServiceName;
  readonly operation: OperationName<ServiceName>;
  readonly caller: Principal;
  readonly policies: PrincipalPolicies;
  readonly region: string;
  readonly input: object;
  /** Why the input is none, if so: the call is recorded, and refused with this. */
  readonly refusal?: KmsError;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Whether it came through TLS. */
  readonly secure: boolean;
  /** What is known of that TLS, for the audit record. */
  readonly tls?: TlsDetails | undefined;
}

export type Perform = (request: PerformRequest) => Promise<object>;

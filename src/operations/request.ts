import type { TlsDetails } from '../audit/index.ts';
import type { OperationName, ServiceName } from '../contract/index.ts';
import type { KmsError, Principal } from '../domain/index.ts';
import type { PrincipalPolicies } from '../policy/index.ts';

/**
 * A request after the outer half: its signature is verified, and its input is decoded and
 * validated.
 */
export interface PerformRequest {
  readonly service: ServiceName;
  readonly operation: OperationName<ServiceName>;
  readonly caller: Principal;
  readonly policies: PrincipalPolicies;
  readonly region: string;
  readonly input: object;
  /**
   * Set if the input failed validation. The call is still audited, then rejected with this error.
   */
  readonly inputError?: KmsError;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** True if the request arrived over TLS. */
  readonly secure: boolean;
  /** Details of the TLS connection, for the audit record. */
  readonly tls?: TlsDetails | undefined;
}

export type Perform = (request: PerformRequest) => Promise<object>;

import type { Principal } from '../domain/index.ts';

export type EventSource =
  | 'kms.amazonaws.com'
  | 'cloudhsm.amazonaws.com'
  | 'cloudtrail.amazonaws.com'
  | 'iam.amazonaws.com'
  | 'sts.amazonaws.com'
  | 'keyhold';

export interface AuditResource {
  readonly accountId: string;
  /** For example `AWS::KMS::Key`. */
  readonly type: string;
  readonly ARN: string;
}

/** Protection of a call in transit, if any. Source: "CloudTrail record contents", `tlsDetails`. */
export interface TlsDetails {
  /** For example `TLSv1.3`. */
  readonly tlsVersion: string;
  /** IANA's name of the cipher suite. */
  readonly cipherSuite: string;
  readonly clientProvidedHostHeader: string;
}

/** One completed API call, as the pipeline knows it. */
export interface ApiCall {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly eventSource: EventSource;
  readonly eventName: string;
  readonly region: string;
  readonly principal: Principal;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly readOnly: boolean;
  /**
   * Input and output of the call, with the API's member names. Secrets are removed when the event
   * is created.
   */
  readonly input?: object | undefined;
  readonly output?: object | undefined;
  readonly error?: { readonly code: string; readonly message?: string | undefined } | undefined;
  readonly resources?: readonly AuditResource[];
  readonly additionalEventData?: Readonly<Record<string, unknown>> | undefined;
  readonly tlsDetails?: TlsDetails | undefined;
}

/** An action of Keyhold itself. */
export interface ServiceEvent {
  /** ID of the event. Defaults to a new one. */
  readonly eventId?: string;
  readonly time: number;
  readonly eventSource: EventSource;
  readonly eventName: string;
  readonly region: string;
  readonly account: string;
  readonly resources?: readonly AuditResource[];
  readonly additionalEventData?: Readonly<Record<string, unknown>> | undefined;
  readonly serviceEventDetails?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Caller of an API call. Source: "CloudTrail userIdentity element" in the AWS CloudTrail User
 * Guide.
 */
export interface UserIdentity {
  readonly type?: 'IAMUser' | 'Root' | 'AssumedRole' | 'WebIdentityUser';
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  /** Present exactly for temporary credentials. */
  readonly sessionContext?: SessionContext;
}

export interface SessionContext {
  /** The role, for a role session. */
  readonly sessionIssuer?: Readonly<
    Record<'type' | 'principalId' | 'arn' | 'accountId' | 'userName', string>
  >;
  readonly webIdFederationData?: { readonly federatedProvider: string };
  readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: 'false' };
  readonly sourceIdentity?: string;
}

/** A CloudTrail record. Source: "CloudTrail record contents" in the AWS CloudTrail User Guide. */
export interface AuditEvent {
  readonly eventVersion: '1.11';
  readonly userIdentity: UserIdentity;
  /** ISO 8601 to the second, UTC. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly requestParameters: object | null;
  readonly responseElements: object | null;
  readonly additionalEventData?: Readonly<Record<string, unknown>> | undefined;
  readonly serviceEventDetails?: Readonly<Record<string, unknown>> | undefined;
  readonly requestID?: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly AuditResource[] | undefined;
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly tlsDetails?: TlsDetails | undefined;
  readonly eventCategory: 'Management';
}

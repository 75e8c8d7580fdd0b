import { inspect } from 'node:util';

interface ErrorProperties {
  /** True if the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly fault: 'client' | 'server';
}

const rejected = { retryable: false, fault: 'client' } as const;
const later = { retryable: true, fault: 'client' } as const;
const serverFault = { retryable: true, fault: 'server' } as const;

/**
 * Every error of the API, by its name on the wire. protocol/errors.ts maps them to HTTP.
 * Sources: the API references of AWS KMS, AWS CloudHSM v2 and AWS STS, "Errors" per operation and
 * "Common Errors".
 */
export const errors = {
  // All services: authentication, routing, decoding, quotas.
  AccessDeniedException: rejected,
  ExpiredTokenException: rejected,
  IncompleteSignatureException: rejected,
  InvalidSignatureException: rejected,
  MissingAuthenticationTokenException: rejected,
  NotAuthorizedException: rejected,
  RequestEntityTooLargeException: rejected,
  SerializationException: rejected,
  ServiceUnavailableException: serverFault,
  ThrottlingException: later,
  UnknownOperationException: rejected,
  UnrecognizedClientException: rejected,
  ValidationException: rejected,
  // KMS.
  AlreadyExistsException: rejected,
  CloudHsmClusterInUseException: rejected,
  CloudHsmClusterInvalidConfigurationException: rejected,
  CloudHsmClusterNotActiveException: rejected,
  CloudHsmClusterNotFoundException: rejected,
  CloudHsmClusterNotRelatedException: rejected,
  ConflictException: rejected,
  CustomKeyStoreHasCMKsException: rejected,
  CustomKeyStoreInvalidStateException: rejected,
  CustomKeyStoreNameInUseException: rejected,
  CustomKeyStoreNotFoundException: rejected,
  DependencyTimeoutException: serverFault,
  DisabledException: rejected,
  DryRunOperationException: rejected,
  ExpiredImportTokenException: rejected,
  IncorrectKeyException: rejected,
  IncorrectKeyMaterialException: rejected,
  IncorrectTrustAnchorException: rejected,
  InvalidAliasNameException: rejected,
  InvalidArnException: rejected,
  InvalidCiphertextException: rejected,
  InvalidGrantIdException: rejected,
  InvalidGrantTokenException: rejected,
  InvalidImportTokenException: rejected,
  InvalidKeyUsageException: rejected,
  InvalidMarkerException: rejected,
  KeyUnavailableException: serverFault,
  KMSInternalException: serverFault,
  KMSInvalidMacException: rejected,
  KMSInvalidSignatureException: rejected,
  KMSInvalidStateException: rejected,
  LimitExceededException: rejected,
  MalformedPolicyDocumentException: rejected,
  NotFoundException: rejected,
  TagException: rejected,
  UnsupportedOperationException: rejected,
  XksKeyAlreadyInUseException: rejected,
  XksKeyInvalidConfigurationException: rejected,
  XksKeyNotFoundException: rejected,
  XksProxyIncorrectAuthenticationCredentialException: rejected,
  XksProxyInvalidConfigurationException: rejected,
  XksProxyInvalidResponseException: rejected,
  XksProxyUriEndpointInUseException: rejected,
  XksProxyUriInUseException: rejected,
  XksProxyUriUnreachableException: rejected,
  XksProxyVpcEndpointServiceInUseException: rejected,
  XksProxyVpcEndpointServiceInvalidConfigurationException: rejected,
  XksProxyVpcEndpointServiceNotFoundException: rejected,
  // CloudHSM.
  CloudHsmAccessDeniedException: rejected,
  CloudHsmInternalFailureException: serverFault,
  CloudHsmInvalidRequestException: rejected,
  CloudHsmResourceLimitExceededException: rejected,
  CloudHsmResourceNotFoundException: rejected,
  CloudHsmServiceException: rejected,
  CloudHsmTagException: rejected,
  // CloudTrail.
  InvalidLookupAttributesException: rejected,
  InvalidNextTokenException: rejected,
  InvalidTimeRangeException: rejected,
  // IAM and STS, under their own names on the wire.
  ConcurrentModification: later,
  DeleteConflict: rejected,
  EntityAlreadyExists: rejected,
  IDPCommunicationError: later,
  IDPRejectedClaim: rejected,
  InvalidIdentityToken: rejected,
  InvalidInput: rejected,
  LimitExceeded: rejected,
  MalformedPolicyDocument: rejected,
  NoSuchEntity: rejected,
  PackedPolicyTooLarge: rejected,
  WebIdentityTokenExpired: rejected,
} as const satisfies Record<string, ErrorProperties>;

export type ErrorName = keyof typeof errors;

/**
 * An error for an API caller: a name, and a message (none where AWS sends none). The cause is for
 * the operator's log only: nothing that prints or serializes the error shows it.
 */
export class KmsError extends Error {
  readonly code: ErrorName;
  readonly publicMessage: string | undefined;
  readonly #cause: unknown;

  constructor(code: ErrorName, publicMessage?: string, options?: { readonly cause?: unknown }) {
    super(publicMessage ?? code);
    this.name = 'KmsError';
    this.code = code;
    this.publicMessage = publicMessage;
    this.#cause = options?.cause;
  }

  override get cause(): unknown {
    return this.#cause;
  }

  toJSON(): { readonly code: ErrorName; readonly message: string | undefined } {
    return { code: this.code, message: this.publicMessage };
  }

  [inspect.custom](): string {
    return this.publicMessage === undefined
      ? `KmsError ${this.code}`
      : `KmsError ${this.code}: ${this.publicMessage}`;
  }
}

export function isKmsError(error: unknown): error is KmsError {
  return error instanceof KmsError;
}

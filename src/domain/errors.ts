import { inspect } from 'node:util';

interface ErrorProperties {
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly fault: 'client' | 'server';
}

const refused = { retryable: false, fault: 'client' } as const;
const later = { retryable: true, fault: 'client' } as const;
const ours = { retryable: true, fault: 'server' } as const;

/**
 * Every error that an API caller can be answered, by its name on the wire. What HTTP makes of it is protocol/errors.ts.
 * Sources: the API references of AWS KMS, AWS CloudHSM v2 and AWS STS, "Errors" per operation and "Common Errors".
 */
export const errors = {
  // Any service: authentication, routing, decoding, quotas.
  AccessDeniedException: refused,
  ExpiredTokenException: refused,
  IncompleteSignatureException: refused,
  InvalidSignatureException: refused,
  MissingAuthenticationTokenException: refused,
  NotAuthorizedException: refused,
  RequestEntityTooLargeException: refused,
  SerializationException: refused,
  ServiceUnavailableException: ours,
  ThrottlingException: later,
  UnknownOperationException: refused,
  UnrecognizedClientException: refused,
  ValidationException: refused,
  // KMS.
  AlreadyExistsException: refused,
  CloudHsmClusterInUseException: refused,
  CloudHsmClusterInvalidConfigurationException: refused,
  CloudHsmClusterNotActiveException: refused,
  CloudHsmClusterNotFoundException: refused,
  CloudHsmClusterNotRelatedException: refused,
  ConflictException: refused,
  CustomKeyStoreHasCMKsException: refused,
  CustomKeyStoreInvalidStateException: refused,
  CustomKeyStoreNameInUseException: refused,
  CustomKeyStoreNotFoundException: refused,
  DependencyTimeoutException: ours,
  DisabledException: refused,
  DryRunOperationException: refused,
  ExpiredImportTokenException: refused,
  IncorrectKeyException: refused,
  IncorrectKeyMaterialException: refused,
  IncorrectTrustAnchorException: refused,
  InvalidAliasNameException: refused,
  InvalidArnException: refused,
  InvalidCiphertextException: refused,
  InvalidGrantIdException: refused,
  InvalidGrantTokenException: refused,
  InvalidImportTokenException: refused,
  InvalidKeyUsageException: refused,
  InvalidMarkerException: refused,
  KeyUnavailableException: ours,
  KMSInternalException: ours,
  KMSInvalidMacException: refused,
  KMSInvalidSignatureException: refused,
  KMSInvalidStateException: refused,
  LimitExceededException: refused,
  MalformedPolicyDocumentException: refused,
  NotFoundException: refused,
  TagException: refused,
  UnsupportedOperationException: refused,
  XksKeyAlreadyInUseException: refused,
  XksKeyInvalidConfigurationException: refused,
  XksKeyNotFoundException: refused,
  XksProxyIncorrectAuthenticationCredentialException: refused,
  XksProxyInvalidConfigurationException: refused,
  XksProxyInvalidResponseException: refused,
  XksProxyUriEndpointInUseException: refused,
  XksProxyUriInUseException: refused,
  XksProxyUriUnreachableException: refused,
  XksProxyVpcEndpointServiceInUseException: refused,
  XksProxyVpcEndpointServiceInvalidConfigurationException: refused,
  XksProxyVpcEndpointServiceNotFoundException: refused,
  // CloudHSM.
  CloudHsmAccessDeniedException: refused,
  CloudHsmInternalFailureException: ours,
  CloudHsmInvalidRequestException: refused,
  CloudHsmResourceLimitExceededException: refused,
  CloudHsmResourceNotFoundException: refused,
  CloudHsmServiceException: refused,
  CloudHsmTagException: refused,
  // CloudTrail.
  InvalidLookupAttributesException: refused,
  InvalidNextTokenException: refused,
  InvalidTimeRangeException: refused,
  // IAM and STS, under their own names on the wire.
  DeleteConflict: refused,
  EntityAlreadyExists: refused,
  IDPCommunicationError: later,
  IDPRejectedClaim: refused,
  InvalidIdentityToken: refused,
  InvalidInput: refused,
  LimitExceeded: refused,
  MalformedPolicyDocument: refused,
  NoSuchEntity: refused,
  PackedPolicyTooLarge: refused,
  WebIdentityTokenExpired: refused,
} as const satisfies Record<string, ErrorProperties>;

export type ErrorName = keyof typeof errors;

/**
 * What an API caller is answered: a name, and a text that is meant for them (none where AWS sends none).
 * The cause is for the operator's log only: nothing that prints or serialises the error shows it.
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

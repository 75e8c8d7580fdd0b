import type { ServiceName } from '../contract/index.ts';
import { isKmsError, KmsError, type ErrorName } from '../domain/index.ts';

/**
 * HTTP statuses as the services send them: KMS answers 400 to every fault of the caller, whatever
 * the `httpError` traits of its model say.
 */
export const statuses = {
  // Any service: authentication, routing, decoding, quotas.
  AccessDeniedException: 400,
  ExpiredTokenException: 400,
  IncompleteSignatureException: 400,
  InvalidSignatureException: 400,
  MissingAuthenticationTokenException: 400,
  NotAuthorizedException: 400,
  RequestEntityTooLargeException: 413,
  SerializationException: 400,
  ServiceUnavailableException: 503,
  ThrottlingException: 400,
  UnknownOperationException: 400,
  UnrecognizedClientException: 400,
  ValidationException: 400,
  // KMS.
  AlreadyExistsException: 400,
  CloudHsmClusterInUseException: 400,
  CloudHsmClusterInvalidConfigurationException: 400,
  CloudHsmClusterNotActiveException: 400,
  CloudHsmClusterNotFoundException: 400,
  CloudHsmClusterNotRelatedException: 400,
  ConflictException: 400,
  CustomKeyStoreHasCMKsException: 400,
  CustomKeyStoreInvalidStateException: 400,
  CustomKeyStoreNameInUseException: 400,
  CustomKeyStoreNotFoundException: 400,
  DependencyTimeoutException: 500,
  DisabledException: 400,
  DryRunOperationException: 400,
  ExpiredImportTokenException: 400,
  IncorrectKeyException: 400,
  IncorrectKeyMaterialException: 400,
  IncorrectTrustAnchorException: 400,
  InvalidAliasNameException: 400,
  InvalidArnException: 400,
  InvalidCiphertextException: 400,
  InvalidGrantIdException: 400,
  InvalidGrantTokenException: 400,
  InvalidImportTokenException: 400,
  InvalidKeyUsageException: 400,
  InvalidMarkerException: 400,
  KeyUnavailableException: 500,
  KMSInternalException: 500,
  KMSInvalidMacException: 400,
  KMSInvalidSignatureException: 400,
  KMSInvalidStateException: 400,
  LimitExceededException: 400,
  MalformedPolicyDocumentException: 400,
  NotFoundException: 400,
  TagException: 400,
  UnsupportedOperationException: 400,
  XksKeyAlreadyInUseException: 400,
  XksKeyInvalidConfigurationException: 400,
  XksKeyNotFoundException: 400,
  XksProxyIncorrectAuthenticationCredentialException: 400,
  XksProxyInvalidConfigurationException: 400,
  XksProxyInvalidResponseException: 400,
  XksProxyUriEndpointInUseException: 400,
  XksProxyUriInUseException: 400,
  XksProxyUriUnreachableException: 400,
  XksProxyVpcEndpointServiceInUseException: 400,
  XksProxyVpcEndpointServiceInvalidConfigurationException: 400,
  XksProxyVpcEndpointServiceNotFoundException: 400,
  // CloudHSM.
  CloudHsmAccessDeniedException: 400,
  CloudHsmInternalFailureException: 500,
  CloudHsmInvalidRequestException: 400,
  CloudHsmResourceLimitExceededException: 400,
  CloudHsmResourceNotFoundException: 400,
  CloudHsmServiceException: 400,
  CloudHsmTagException: 400,
  // CloudTrail.
  InvalidLookupAttributesException: 400,
  InvalidNextTokenException: 400,
  InvalidTimeRangeException: 400,
  // IAM and STS.
  ConcurrentModification: 409,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  IDPCommunicationError: 400,
  IDPRejectedClaim: 403,
  InvalidIdentityToken: 400,
  InvalidInput: 400,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  NoSuchEntity: 404,
  PackedPolicyTooLarge: 400,
  WebIdentityTokenExpired: 400,
} as const satisfies Record<ErrorName, number>;

/** Names of the internal error by service. KMS's name unless listed. */
const internalNames: Partial<Record<ServiceName, ErrorName>> = {
  cloudhsm: 'CloudHsmInternalFailureException',
};
const INTERNAL =
  'The request was rejected because an internal exception occurred. The request can be retried.';

/**
 * Converts any failure to an error of the API. Other errors are internal, and their details are
 * never exposed.
 */
export function publicError(error: unknown, service: ServiceName = 'kms'): KmsError {
  return isKmsError(error)
    ? error
    : new KmsError(internalNames[service] ?? 'KMSInternalException', INTERNAL, { cause: error });
}

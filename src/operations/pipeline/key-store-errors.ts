import { KmsError, type ErrorName } from '../../domain/index.ts';
import { KeyStoreError, type KeyStoreFailure } from '../../keystores/index.ts';

interface Answer {
  readonly name: ErrorName;
  readonly text?: (keyArn: string) => string;
}

/**
 * API errors for failures of a custom key store. Source: "Fixing a CloudHSM key store", KMS
 * Developer Guide.
 */
const customStore: Record<KeyStoreFailure, Answer> = {
  disconnected: { name: 'KMSInvalidStateException', text: (arn) => `${arn} is unavailable.` },
  unreachable: {
    name: 'KMSInvalidStateException',
    text: () => 'KMS cannot communicate with your CloudHSM cluster',
  },
  'material-missing': {
    name: 'KMSInvalidStateException',
    text: (arn) => `The key material of ${arn} was not found in your CloudHSM cluster.`,
  },
  'ciphertext-invalid': { name: 'InvalidCiphertextException' },
  // AWS sends no message for a public key that DeriveSharedSecret cannot use.
  'key-invalid': { name: 'ValidationException' },
  'insufficient-hsms': {
    name: 'CloudHsmClusterInvalidConfigurationException',
    text: () =>
      'The cluster needs at least two active HSMs, each in a different Availability Zone, to create a KMS key.',
  },
  throttled: {
    name: 'ThrottlingException',
    text: () => 'The HSMs of this custom key store are busy. Reduce the frequency of your calls.',
  },
  unsupported: { name: 'UnsupportedOperationException' },
  internal: { name: 'KMSInternalException' },
};

/**
 * API errors for failures of the default key store. They are Keyhold's own faults, never the
 * caller's.
 */
const defaultStore: Record<KeyStoreFailure, Answer> = {
  ...customStore,
  disconnected: { name: 'KMSInternalException' },
  unreachable: {
    name: 'DependencyTimeoutException',
    text: () => 'The HSMs of the default key store cannot be reached. Try again.',
  },
  'material-missing': { name: 'KMSInternalException' },
  'insufficient-hsms': { name: 'KMSInternalException' },
  throttled: {
    name: 'ThrottlingException',
    text: () =>
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  },
};

/**
 * Converts an error of a key store to an API error. Returns any other error unchanged. This is the
 * only place that does it.
 */
export function apiError(
  error: unknown,
  key: { readonly arn: string; readonly custom: boolean },
): unknown {
  if (!(error instanceof KeyStoreError)) return error;
  const { name, text } = (key.custom ? customStore : defaultStore)[error.failure];
  return new KmsError(name, text?.(key.arn), { cause: error });
}

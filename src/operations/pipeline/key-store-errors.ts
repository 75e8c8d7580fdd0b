import { KmsError, type ErrorName } from '../../domain/index.ts';
import { KeyStoreError, type KeyStoreFailure } from '../../keystores/index.ts';

interface Answer {
  readonly name: ErrorName;
  readonly text?: (keyArn: string) => string;
}

/** What callers are told when a custom key store fails. Source: "Fixing a CloudHSM key store", KMS Developer Guide. */
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
  // As AWS answers a public key that DeriveSharedSecret can't take: without a text.
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

/** The default key store is ours: its failures are our own, never the caller's doing. */
const defaultStore: Record<KeyStoreFailure, Answer> = {
  ...customStore,
  disconnected: { name: 'KMSInternalException' },
  unreachable: {
    name: 'DependencyTimeoutException',
    text: () => 'The HSMs of the default key store can not be reached. Try again.',
  },
  'material-missing': { name: 'KMSInternalException' },
  'insufficient-hsms': { name: 'KMSInternalException' },
  throttled: {
    name: 'ThrottlingException',
    text: () =>
      'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  },
};

/** The one place where errors of key stores become errors of the API; anything else passes as it is. */
export function apiError(
  error: unknown,
  key: { readonly arn: string; readonly custom: boolean },
): unknown {
  if (!(error instanceof KeyStoreError)) return error;
  const { name, text } = (key.custom ? customStore : defaultStore)[error.failure];
  return new KmsError(name, text?.(key.arn), { cause: error });
}

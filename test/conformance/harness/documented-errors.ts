import { readFileSync } from 'node:fs';

const FOLDER = new URL(
  '../../../node_modules/@aws-sdk/client-kms/dist-types/commands/',
  import.meta.url,
);

/**
 * Returns the errors that AWS documents for a KMS operation, from the type declarations of its SDK.
 */
export function documentedErrors(operation: string): string[] {
  const text = readFileSync(new URL(`${operation}Command.d.ts`, FOLDER), 'utf8');
  return Array.from(text.matchAll(/@throws \{@link (\w+)\}/g), ([, name = '']) => name).filter(
    (name) => name !== 'KMSServiceException',
  );
}

/**
 * Errors that are documented for many operations, but that no request to a healthy installation can
 * cause.
 */
const unreachableErrors: readonly (readonly [error: RegExp, why: string])[] = [
  [/^KMSInternalException$/, 'an internal error'],
  [
    /^DependencyTimeoutException$/,
    'needs a default key store whose HSMs do not answer: test/faults/default-key-store.test.ts',
  ],
  [
    /^KeyUnavailableException$/,
    'HSMs that do not answer give a DependencyTimeoutException for every key',
  ],
  [/^Xks/, 'external key stores are not supported'],
];

export function isUnreachable(error: string): boolean {
  return unreachableErrors.some(([pattern]) => pattern.test(error));
}

import { readFileSync } from 'node:fs';

const FOLDER = new URL(
  '../../../node_modules/@aws-sdk/client-kms/dist-types/commands/',
  import.meta.url,
);

/** The errors that AWS documents for a KMS operation, as the documentation of its client has them. */
export function documentedErrors(operation: string): string[] {
  const text = readFileSync(new URL(`${operation}Command.d.ts`, FOLDER), 'utf8');
  return Array.from(text.matchAll(/@throws \{@link (\w+)\}/g), ([, name = '']) => name).filter(
    (name) => name !== 'KMSServiceException',
  );
}

/** Documented for many operations, and out of reach of what a client can send to a Keyhold that is well. */
const neverAnywhere: readonly (readonly [error: RegExp, why: string])[] = [
  [/^KMSInternalException$/, 'a mistake of the service’s own'],
  [
    /^DependencyTimeoutException$/,
    'the HSMs of the default key store don’t answer: test/faults/default-key-store.test.ts',
  ],
  [
    /^KeyUnavailableException$/,
    'HSMs that don’t answer are a DependencyTimeoutException, whatever the key',
  ],
  [/^Xks/, 'external key stores are not there yet'],
];

export function isNever(error: string): boolean {
  return neverAnywhere.some(([pattern]) => pattern.test(error));
}

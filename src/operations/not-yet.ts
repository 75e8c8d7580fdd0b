import type { OperationName } from '../contract/index.ts';

/**
 * KMS operations that the contract knows and nobody has built yet: they answer UnsupportedOperationException. The list only
 * shrinks; when it is empty, it goes.
 */
export const notYet = [
  'DeleteImportedKeyMaterial',
  'GetParametersForImport',
  'ImportKeyMaterial',
] as const satisfies readonly OperationName<'kms'>[];

export type NotYet = (typeof notYet)[number];

const names: ReadonlySet<string> = new Set(notYet);

export function isNotYet(name: string): boolean {
  return names.has(name);
}

import { shapes } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';

/** Operations whose IAM actions have other names. */
const renamed: Readonly<Record<string, readonly string[]>> = {
  'kms:ReEncrypt': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
};

/** Every action that policies can name: each operation, prefixed with its service. */
export const knownActions: readonly string[] = Object.entries(shapes).flatMap(
  ([service, operations]) =>
    Object.keys(operations).flatMap(
      (name) => renamed[`${service}:${name}`] ?? [`${service}:${name}`],
    ),
);

const byLowerCase: ReadonlyMap<string, string> = new Map(
  knownActions.map((action) => [action.toLowerCase(), action]),
);

/** Returns an action in its canonical spelling. @throws KmsError ValidationException */
export function requireAction(action: string): string {
  const known = byLowerCase.get(action.toLowerCase());
  if (known !== undefined) return known;
  throw new KmsError('ValidationException', `There is no action ${action}.`);
}

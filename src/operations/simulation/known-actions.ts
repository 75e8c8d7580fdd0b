import { shapes } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';

/** Operations whose actions have other names. */
const renamed: Readonly<Record<string, readonly string[]>> = {
  'kms:ReEncrypt': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
};

/** Every action that policies can be about: each operation's, under the prefix of its service. */
export const knownActions: readonly string[] = Object.entries(shapes).flatMap(
  ([service, operations]) =>
    Object.keys(operations).flatMap(
      (name) => renamed[`${service}:${name}`] ?? [`${service}:${name}`],
    ),
);

const byLowerCase: ReadonlyMap<string, string> = new Map(
  knownActions.map((action) => [action.toLowerCase(), action]),
);

/** An action as it is spelt. @throws KmsError ValidationException */
export function requireAction(action: string): string {
  const known = byLowerCase.get(action.toLowerCase());
  if (known !== undefined) return known;
  throw new KmsError('ValidationException', `There is no action ${action}.`);
}

import type { Request } from '../../../contract/index.ts';
import {
  grantableOperations,
  KmsError,
  type GrantConstraints,
  type GrantRow,
  type KeyRow,
} from '../../../domain/index.ts';

type Input = Request<'kms', 'CreateGrant'>;

const MAX_PAIRS = 8;
const MAX_VALUE_CHARS = 384;

/** Returns the operations and constraints of CreateGrant, if a grant on the key can have them. */
export function checkedTerms(
  input: Input,
  key: KeyRow,
): Pick<GrantRow, 'operations' | 'constraints'> {
  if (input.GranteeServicePrincipal !== undefined || input.RetiringServicePrincipal !== undefined) {
    throw new KmsError(
      'UnsupportedOperationException',
      'Grants to service principals are not supported.',
    );
  }
  const possible = grantableOperations(key);
  const impossible = input.Operations.find((operation) => !possible.includes(operation));
  if (impossible !== undefined) {
    throw new KmsError(
      'ValidationException',
      `The operation ${impossible} is not valid for a grant on a KMS key of KeySpec ${key.keySpec}.`,
    );
  }
  const constraints = checkedConstraints(input.Constraints, key);
  return { operations: [...new Set(input.Operations)], ...(constraints && { constraints }) };
}

function checkedConstraints(
  given: Input['Constraints'],
  key: KeyRow,
): GrantConstraints | undefined {
  if (given?.SourceArn !== undefined)
    throw new KmsError(
      'UnsupportedOperationException',
      'The constraint SourceArn is not supported.',
    );
  const { EncryptionContextEquals, EncryptionContextSubset } = given ?? {};
  const maps = [EncryptionContextEquals, EncryptionContextSubset].filter(
    (map) => map !== undefined,
  );
  if (maps.length === 0) return undefined;
  if (key.keySpec !== 'SYMMETRIC_DEFAULT') {
    throw new KmsError(
      'ValidationException',
      'Encryption context constraints are valid only for symmetric encryption KMS keys.',
    );
  }
  for (const map of maps) checkPairs(map);
  return {
    ...(EncryptionContextEquals && { EncryptionContextEquals }),
    ...(EncryptionContextSubset && { EncryptionContextSubset }),
  };
}

function checkPairs(pairs: Readonly<Record<string, string>>): void {
  const values = Object.values(pairs);
  if (values.length > MAX_PAIRS) {
    throw new KmsError(
      'ValidationException',
      `A grant constraint must not have more than ${MAX_PAIRS} encryption context pairs.`,
    );
  }
  if (values.some((value) => value.length > MAX_VALUE_CHARS)) {
    throw new KmsError(
      'ValidationException',
      `Values in a grant constraint must not be longer than ${MAX_VALUE_CHARS} characters.`,
    );
  }
}

import type { GrantConstraints } from '../../domain/index.ts';
import {
  member,
  text,
  valueOf,
  type ConditionInputs,
  type ConditionKeyReader,
  type NamedKeyReader,
} from './condition-inputs.ts';

type Pairs = Readonly<Record<string, string>>;

/** The member that contains the encryption context, for actions that name it differently. */
const members: Readonly<Record<string, string>> = {
  'kms:ReEncryptFrom': 'SourceEncryptionContext',
  'kms:ReEncryptTo': 'DestinationEncryptionContext',
};

/** Returns the constraints of the grant that the request acts on, or asks to create. */
function constraintsOf(inputs: ConditionInputs): GrantConstraints | undefined {
  const { resolved } = inputs;
  if (resolved.kind === 'key' && resolved.grant) return resolved.grant.constraints;
  // The cast is safe: the decoder built the member from the contract.
  return member(inputs, 'Constraints') as GrantConstraints | undefined;
}

/** Returns the encryption context of a request. For grants it is the one in their constraint. */
export function encryptionContext(inputs: ConditionInputs): Pairs | undefined {
  const own = member(inputs, members[inputs.action] ?? 'EncryptionContext') as Pairs | undefined;
  const constraints = constraintsOf(inputs);
  return own ?? constraints?.EncryptionContextEquals ?? constraints?.EncryptionContextSubset;
}

export const encryptionContextKeys: ConditionKeyReader = (inputs) => {
  const pairs = encryptionContext(inputs);
  return pairs && Object.keys(pairs);
};

export const encryptionContextValue: NamedKeyReader = (inputs, name) =>
  valueOf(encryptionContext(inputs), name);

export const grantConstraintType: ConditionKeyReader = (inputs) => {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } =
    constraintsOf(inputs) ?? {};
  if (equal) return 'EncryptionContextEquals';
  return subset && 'EncryptionContextSubset';
};

/** Reads the algorithm of the requested operation. Defaults to SYMMETRIC_DEFAULT. */
export const encryptionAlgorithm: ConditionKeyReader = (inputs) => {
  const { action } = inputs;
  if (action === 'kms:ReEncryptFrom')
    return text(member(inputs, 'SourceEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  if (action === 'kms:ReEncryptTo')
    return text(member(inputs, 'DestinationEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  return text(member(inputs, 'EncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
};

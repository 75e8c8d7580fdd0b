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

/** Which member holds the encryption context, for the actions that have it under another name. */
const members: Readonly<Record<string, string>> = {
  'kms:ReEncryptFrom': 'SourceEncryptionContext',
  'kms:ReEncryptTo': 'DestinationEncryptionContext',
};

/** Those of the grant that is acted on, or of the one to be made. */
function constraintsOf(inputs: ConditionInputs): GrantConstraints | undefined {
  const { resolved } = inputs;
  if (resolved.kind === 'key' && resolved.grant) return resolved.grant.constraints;
  // The contract's decoder made it, as of all members.
  return member(inputs, 'Constraints') as GrantConstraints | undefined;
}

/** What the request binds to, or for grants what their constraint is about. */
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

/** The algorithm of the operation at hand. SYMMETRIC_DEFAULT is what is meant by none. */
export const encryptionAlgorithm: ConditionKeyReader = (inputs) => {
  const { action } = inputs;
  if (action === 'kms:ReEncryptFrom')
    return text(member(inputs, 'SourceEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  if (action === 'kms:ReEncryptTo')
    return text(member(inputs, 'DestinationEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  return text(member(inputs, 'EncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
};

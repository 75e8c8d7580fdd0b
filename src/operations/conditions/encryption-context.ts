import type { GrantConstraints } from '../../domain/index.ts';
import {
  member,
  text,
  valueOf,
  type Facts,
  type Read,
  type ReadNamed,
} from './condition-inputs.ts';

type Pairs = Readonly<Record<string, string>>;

/** Which member holds the encryption context, for the actions that have it under another name. */
const members: Readonly<Record<string, string>> = {
  'kms:ReEncryptFrom': 'SourceEncryptionContext',
  'kms:ReEncryptTo': 'DestinationEncryptionContext',
};

/** Those of the grant that is acted on, or of the one to be made. */
function constraintsOf(facts: Facts): GrantConstraints | undefined {
  const { found } = facts;
  if (found.kind === 'key' && found.grant) return found.grant.constraints;
  // The contract's decoder made it, as of all members.
  return member(facts, 'Constraints') as GrantConstraints | undefined;
}

/** What the request binds to, or for grants what their constraint is about. */
export function encryptionContext(facts: Facts): Pairs | undefined {
  const own = member(facts, members[facts.action] ?? 'EncryptionContext') as Pairs | undefined;
  const constraints = constraintsOf(facts);
  return own ?? constraints?.EncryptionContextEquals ?? constraints?.EncryptionContextSubset;
}

export const encryptionContextKeys: Read = (facts) => {
  const pairs = encryptionContext(facts);
  return pairs && Object.keys(pairs);
};

export const encryptionContextValue: ReadNamed = (facts, name) =>
  valueOf(encryptionContext(facts), name);

export const grantConstraintType: Read = (facts) => {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } =
    constraintsOf(facts) ?? {};
  if (equal) return 'EncryptionContextEquals';
  return subset && 'EncryptionContextSubset';
};

/** The algorithm of the operation at hand. SYMMETRIC_DEFAULT is what is meant by none. */
export const encryptionAlgorithm: Read = (facts) => {
  const { action } = facts;
  if (action === 'kms:ReEncryptFrom')
    return text(member(facts, 'SourceEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  if (action === 'kms:ReEncryptTo')
    return text(member(facts, 'DestinationEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  return text(member(facts, 'EncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
};

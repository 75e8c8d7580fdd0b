import { member, text, valueOf, type Facts, type Read, type ReadNamed } from './facts.ts';

type Pairs = Readonly<Record<string, string>>;

/** Which member holds the encryption context, for the actions that have it under another name. */
const members: Readonly<Record<string, string>> = {
  'kms:ReEncryptFrom': 'SourceEncryptionContext',
  'kms:ReEncryptTo': 'DestinationEncryptionContext',
};

/** What the request binds to, or for grants what their constraint is about. */
function encryptionContext(facts: Facts): Pairs | undefined {
  const own = member(facts, members[facts.action] ?? 'EncryptionContext');
  const constraints = (facts.constraints ?? member(facts, 'Constraints')) as Readonly<Record<string, unknown>> | undefined;
  // All of these are maps of texts in the contract.
  return (own ?? constraints?.['EncryptionContextEquals'] ?? constraints?.['EncryptionContextSubset']) as Pairs | undefined;
}

export const encryptionContextKeys: Read = (facts) => {
  const pairs = encryptionContext(facts);
  return pairs && Object.keys(pairs);
};

export const encryptionContextValue: ReadNamed = (facts, name) => valueOf(encryptionContext(facts), name);

export const grantConstraintType: Read = (facts) => {
  const constraints = (facts.constraints ?? member(facts, 'Constraints')) as Readonly<Record<string, unknown>> | undefined;
  return ['EncryptionContextEquals', 'EncryptionContextSubset'].find((type) => constraints?.[type] !== undefined);
};

/** The algorithm of the operation at hand. SYMMETRIC_DEFAULT is what is meant by none. */
export const encryptionAlgorithm: Read = (facts) => {
  const { action } = facts;
  if (action === 'kms:ReEncryptFrom') return text(member(facts, 'SourceEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  if (action === 'kms:ReEncryptTo') return text(member(facts, 'DestinationEncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
  return text(member(facts, 'EncryptionAlgorithm')) ?? 'SYMMETRIC_DEFAULT';
};

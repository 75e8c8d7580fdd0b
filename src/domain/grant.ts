import type { KeyUsage } from './algorithms.ts';
import { keySpecProperties, type KeySpec } from './key-spec.ts';

/** A grant: one key, one grantee, some operations. It only allows, and has no end but retirement and revocation. */
export interface GrantRow {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  /** 64 hex digits. */
  readonly grantId: string;
  readonly name?: string;
  readonly creationDate: number;
  /** A user, a role, a session or the root of an account. */
  readonly granteeArn: string;
  /** The unique id of the user or role: one that is made anew under the same name doesn't take the grant over. */
  readonly granteeId?: string;
  readonly retiringArn?: string;
  readonly retiringId?: string;
  /** Names of operations as CreateGrant takes them. */
  readonly operations: readonly string[];
  readonly constraints?: GrantConstraints;
  /** 12 digits: whose principal made it. */
  readonly issuingAccount: string;
}

type Pairs = Readonly<Record<string, string>>;

/** What the encryption context of a request must be, in the members of the API. */
export interface GrantConstraints {
  readonly EncryptionContextEquals?: Pairs;
  readonly EncryptionContextSubset?: Pairs;
}

/** The operations that constraints don't bind, because they have no encryption context. */
const unbound: ReadonlySet<string> = new Set(['DescribeKey', 'GetPublicKey', 'RetireGrant']);

export function isBoundByConstraints(operation: string): boolean {
  return !unbound.has(operation);
}

/** What the two constraints compare: names of pairs in any case, values in theirs. Source: GrantConstraints, API Reference. */
export function normalPairs(pairs: Pairs = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(pairs).map(([name, value]) => [name.toLowerCase(), value]));
}

function includes(all: ReadonlyMap<string, string>, some: ReadonlyMap<string, string>): boolean {
  return [...some].every(([name, value]) => all.get(name) === value);
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && includes(a, b);
}

export function constraintsMet(
  constraints: GrantConstraints | undefined,
  context: Pairs | undefined,
): boolean {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints ?? {};
  const given = normalPairs(context);
  return (
    (equal === undefined || same(given, normalPairs(equal))) &&
    (subset === undefined || includes(given, normalPairs(subset)))
  );
}

/** Whether a grant made through another is no wider: no other operations, and constraints at least as strict. */
export function isNoWider(
  child: Pick<GrantRow, 'operations' | 'constraints'>,
  parent: Pick<GrantRow, 'operations' | 'constraints'>,
): boolean {
  return (
    child.operations.every((one) => parent.operations.includes(one)) &&
    isAsStrict(child.constraints ?? {}, parent.constraints ?? {})
  );
}

function isAsStrict(child: GrantConstraints, parent: GrantConstraints): boolean {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = parent;
  if (equal !== undefined) {
    return (
      child.EncryptionContextEquals !== undefined &&
      same(normalPairs(child.EncryptionContextEquals), normalPairs(equal))
    );
  }
  if (subset === undefined) return true;
  const stated = child.EncryptionContextEquals ?? child.EncryptionContextSubset;
  return stated !== undefined && includes(normalPairs(stated), normalPairs(subset));
}

const always = ['CreateGrant', 'RetireGrant', 'DescribeKey'] as const;
const symmetric = [
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
] as const;
const byUsage: Readonly<Record<KeyUsage, readonly string[]>> = {
  ENCRYPT_DECRYPT: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['Sign', 'Verify'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret'],
  ENCAPSULATE_DECAPSULATE: ['Encapsulate', 'Decapsulate'],
};

/** The operations that a grant on such a key can be for. Source: "Grant operations" in the AWS KMS Developer Guide. */
export function grantableOperations({
  keySpec,
  keyUsage,
}: {
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
}): readonly string[] {
  const { family } = keySpecProperties(keySpec);
  const more = { symmetric, asymmetric: ['GetPublicKey'], hmac: [] }[family];
  return [...always, ...byUsage[keyUsage], ...more];
}

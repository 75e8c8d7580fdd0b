import type { KeyUsage } from './algorithms.ts';
import { keySpecProperties, type KeySpec } from './key-spec.ts';

/**
 * A grant: one key, one grantee, some operations. It can only allow, and is valid until it is
 * retired or revoked.
 */
export interface GrantRow {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  /** 64 hex digits. */
  readonly grantId: string;
  readonly name?: string;
  readonly creationDate: number;
  /** ARN of a user, a role, a session or the root of an account. */
  readonly granteeArn: string;
  /**
   * Unique ID of the user or role. A principal that is recreated under the same name does not take
   * over the grant.
   */
  readonly granteeId?: string;
  readonly retiringArn?: string;
  readonly retiringId?: string;
  /** Operation names, as in CreateGrant. */
  readonly operations: readonly string[];
  readonly constraints?: GrantConstraints;
  /** Account of the principal that created the grant, 12 digits. */
  readonly issuingAccount: string;
}

type Pairs = Readonly<Record<string, string>>;

/** Required encryption context of a request, in the members of the API. */
export interface GrantConstraints {
  readonly EncryptionContextEquals?: Pairs;
  readonly EncryptionContextSubset?: Pairs;
}

/** Operations that constraints do not bind, because they have no encryption context. */
const unbound: ReadonlySet<string> = new Set(['DescribeKey', 'GetPublicKey', 'RetireGrant']);

export function isBoundByConstraints(operation: string): boolean {
  return !unbound.has(operation);
}

/**
 * Normalizes pairs for the two constraints: names are case-insensitive, values are not. Source:
 * GrantConstraints, API Reference.
 */
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

/**
 * Returns whether a child grant allows no more than its parent: no other operations, and
 * constraints that are at least as strict.
 */
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

/**
 * Returns the operations that a grant on such a key can allow. Source: "Grant operations" in the
 * AWS KMS Developer Guide.
 */
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

import {
  constraintsMet,
  isBoundByConstraints,
  isNoWider,
  normalPairs,
  type GrantRow,
} from '../../domain/index.ts';

/** A request, as far as grants can allow it. */
export interface GrantQuestion {
  /** The operation's name without the prefix of its service: `Decrypt`. */
  readonly operation: string;
  readonly encryptionContext: Readonly<Record<string, string>> | undefined;
  /** The grant that CreateGrant is asked to create. */
  readonly child: Pick<GrantRow, 'operations' | 'constraints'> | undefined;
}

/**
 * The grants on one key to one grantee. They are in buckets, so that a request examines only the
 * grants that can match it.
 */
export class GrantIndex {
  readonly #grants = new Map<string, GrantRow>();
  /** Grants by operation and constraint, see `bucketOf`. */
  readonly #buckets = new Map<string, Map<string, GrantRow>>();

  get size(): number {
    return this.#grants.size;
  }

  add(grant: GrantRow): void {
    this.remove(grant.grantId);
    this.#grants.set(grant.grantId, grant);
    for (const bucket of bucketsOf(grant)) {
      const grants = this.#buckets.get(bucket) ?? new Map<string, GrantRow>();
      this.#buckets.set(bucket, grants.set(grant.grantId, grant));
    }
  }

  remove(grantId: string): void {
    const grant = this.#grants.get(grantId);
    if (!grant) return;
    this.#grants.delete(grantId);
    for (const bucket of bucketsOf(grant)) {
      const grants = this.#buckets.get(bucket);
      grants?.delete(grantId);
      if (grants?.size === 0) this.#buckets.delete(bucket);
    }
  }

  /** Finds a grant that allows the request to a caller with that unique ID. */
  find(question: GrantQuestion, uniqueId: string): GrantRow | undefined {
    if (this.#grants.size === 0) return undefined;
    for (const bucket of bucketsToSearch(question)) {
      for (const grant of this.#buckets.get(bucket)?.values() ?? []) {
        if (isFor(grant, uniqueId) && allows(grant, question)) return grant;
      }
    }
    return undefined;
  }

  /** Finds a grant that allows the operation, whatever its constraints. Examines all grants. */
  findConstrained(operation: string, uniqueId: string): GrantRow | undefined {
    for (const grant of this.#grants.values()) {
      if (grant.operations.includes(operation) && isFor(grant, uniqueId)) return grant;
    }
    return undefined;
  }
}

function isFor({ granteeId }: GrantRow, uniqueId: string): boolean {
  return granteeId === undefined || granteeId === uniqueId;
}

function allows(grant: GrantRow, { operation, encryptionContext, child }: GrantQuestion): boolean {
  if (operation === 'CreateGrant') return child !== undefined && isNoWider(child, grant);
  return !isBoundByConstraints(operation) || constraintsMet(grant.constraints, encryptionContext);
}

function bucketsOf(grant: GrantRow): string[] {
  return grant.operations.map((operation) => `${operation} ${bucketOf(operation, grant)}`);
}

/**
 * Returns the bucket of a grant: for EncryptionContextEquals the whole context, for
 * EncryptionContextSubset one of its pairs, which every matching request has too.
 */
function bucketOf(operation: string, { constraints }: GrantRow): string {
  if (operation === 'CreateGrant' || !isBoundByConstraints(operation)) return '';
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints ?? {};
  if (equal !== undefined) return `equals ${sorted(equal).join(' ')}`;
  const [pair] = sorted(subset);
  return pair === undefined ? '' : `has ${pair}`;
}

function bucketsToSearch({ operation, encryptionContext }: GrantQuestion): string[] {
  const pairs = sorted(encryptionContext);
  return ['', `equals ${pairs.join(' ')}`, ...pairs.map((pair) => `has ${pair}`)].map(
    (bucket) => `${operation} ${bucket}`,
  );
}

function sorted(pairs: Readonly<Record<string, string>> | undefined): string[] {
  return [...normalPairs(pairs)].map((pair) => JSON.stringify(pair)).toSorted();
}

import {
  constraintsMet,
  isBoundByConstraints,
  isNoWider,
  normalPairs,
  type GrantRow,
} from '../../domain/index.ts';

/** What a request asks of grants. */
export interface GrantQuestion {
  /** Without its prefix: `Decrypt`. */
  readonly operation: string;
  readonly encryptionContext: Readonly<Record<string, string>> | undefined;
  /** Of CreateGrant: what is to be granted on. */
  readonly child: Pick<GrantRow, 'operations' | 'constraints'> | undefined;
}

/** The grants on one key to one grantee, so laid out that a request looks only at those that can be for it. */
export class GrantIndex {
  readonly #grants = new Map<string, GrantRow>();
  /** By operation and by what the request must show, see `placeOf`. */
  readonly #places = new Map<string, Map<string, GrantRow>>();

  get size(): number {
    return this.#grants.size;
  }

  add(grant: GrantRow): void {
    this.remove(grant.grantId);
    this.#grants.set(grant.grantId, grant);
    for (const place of placesOf(grant)) {
      const there = this.#places.get(place) ?? new Map<string, GrantRow>();
      this.#places.set(place, there.set(grant.grantId, grant));
    }
  }

  remove(grantId: string): void {
    const grant = this.#grants.get(grantId);
    if (!grant) return;
    this.#grants.delete(grantId);
    for (const place of placesOf(grant)) {
      const there = this.#places.get(place);
      there?.delete(grantId);
      if (there?.size === 0) this.#places.delete(place);
    }
  }

  /** A grant that allows it to a caller of that unique id. */
  find(question: GrantQuestion, uniqueId: string): GrantRow | undefined {
    if (this.#grants.size === 0) return undefined;
    for (const place of placesToLook(question)) {
      for (const grant of this.#places.get(place)?.values() ?? []) {
        if (isFor(grant, uniqueId) && allows(grant, question)) return grant;
      }
    }
    return undefined;
  }

  /** A grant that allows the operation under whichever constraints. Looks at all of them. */
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

function placesOf(grant: GrantRow): string[] {
  return grant.operations.map((operation) => `${operation} ${placeOf(operation, grant)}`);
}

/** Of a constraint to a whole context the context; to a subset one of its pairs, which the request must then have too. */
function placeOf(operation: string, { constraints }: GrantRow): string {
  if (operation === 'CreateGrant' || !isBoundByConstraints(operation)) return '';
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints ?? {};
  if (equal !== undefined) return `equals ${sorted(equal).join(' ')}`;
  const [pair] = sorted(subset);
  return pair === undefined ? '' : `has ${pair}`;
}

function placesToLook({ operation, encryptionContext }: GrantQuestion): string[] {
  const pairs = sorted(encryptionContext);
  return ['', `equals ${pairs.join(' ')}`, ...pairs.map((pair) => `has ${pair}`)].map(
    (place) => `${operation} ${place}`,
  );
}

function sorted(pairs: Readonly<Record<string, string>> | undefined): string[] {
  return [...normalPairs(pairs)].map((pair) => JSON.stringify(pair)).toSorted();
}

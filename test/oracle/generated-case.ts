/**
 * Random requests and policies from a seed. The pools of values are small, so that statements often
 * match.
 */
import type { Principal } from '../../src/domain/index.ts';

export type Json = Readonly<Record<string, unknown>>;
export interface Document {
  readonly Version: string;
  readonly Statement: readonly Json[];
}

/** All policies that apply to a request. */
export interface Policies {
  readonly identity: readonly Document[];
  readonly boundary?: Document;
  readonly session?: Document;
  readonly serviceControl?: Document;
  readonly key: Document;
}

export interface GeneratedRequest {
  readonly principal: Principal;
  readonly action: string;
  /**
   * ARN of the key, or `*` for operations on the principal's own account, which have no resource
   * policy.
   */
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export const account = '111122223333';
const elsewhere = '444455556666';
const resourceArn = `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** Returns a generator of numbers in [0, 1): mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const user = (name: string, of: string): Principal => ({
  account: of,
  arn: `arn:aws:iam::${of}:user/${name}`,
  userId: `AIDA${name.toUpperCase()}`,
  accessKeyId: 'AKIA',
  userName: name,
});
const session = (role: string, name: string, of: string): Principal => ({
  account: of,
  arn: `arn:aws:sts::${of}:assumed-role/${role}/${name}`,
  userId: `AROA${role.toUpperCase()}:${name}`,
  accessKeyId: 'ASIA',
  session: { roleArn: `arn:aws:iam::${of}:role/${role}`, issuedAt: 0 },
});
const principals = [
  user('ana', account),
  user('bob', account),
  session('admin', 's1', account),
  session('app', 's2', account),
  user('eve', elsewhere),
  session('app', 's2', elsewhere),
];

/** A condition key, with the pools of values for requests and for policies. */
interface ConditionSubject {
  readonly key: string;
  readonly operators: readonly string[];
  readonly request: readonly string[];
  readonly policy: readonly string[];
  readonly many?: true;
}
const texts = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
];
const numbers = [
  'Equals',
  'NotEquals',
  'LessThan',
  'LessThanEquals',
  'GreaterThan',
  'GreaterThanEquals',
];
const subjects: readonly ConditionSubject[] = [
  {
    key: 'kms:EncryptionContext:App',
    operators: texts,
    request: ['a', 'A', 'ab', 'b*', ''],
    policy: ['a', 'a*', 'A?', '*', 'b${*}', '${aws:username}'],
  },
  {
    key: 'aws:username',
    operators: texts,
    request: ['ana', 'bob', 'a'],
    policy: ['ana', 'b*', '?na', "${kms:EncryptionContext:App, 'ana'}"],
  },
  {
    key: 'aws:PrincipalTag/Team',
    operators: texts,
    request: ['red', 'blue'],
    policy: ['red', 'Blue', '${aws:ResourceTag/Team}', 'r*d'],
  },
  {
    key: 'aws:ResourceTag/Team',
    operators: texts,
    request: ['red', 'blue'],
    policy: ['red', 'blue', '${aws:PrincipalTag/Team}'],
  },
  {
    key: 'aws:TagKeys',
    operators: texts,
    request: ['a', 'b', 'c'],
    policy: ['a', 'b', '?'],
    many: true,
  },
  {
    key: 'kms:RotationPeriodInDays',
    operators: numbers.map((name) => `Numeric${name}`),
    request: ['90', '365', '400'],
    policy: ['90', '365', '365.0', '1000'],
  },
  {
    key: 'aws:CurrentTime',
    operators: numbers.map((name) => `Date${name}`),
    request: ['2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z'],
    policy: ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', '2027-01-01'],
  },
  {
    key: 'aws:SecureTransport',
    operators: ['Bool'],
    request: ['true', 'false'],
    policy: ['true', 'false', 'True'],
  },
  {
    key: 'aws:SourceIp',
    operators: ['IpAddress', 'NotIpAddress'],
    request: ['10.1.2.3', '192.0.2.7', '2001:db8::1'],
    policy: ['10.0.0.0/8', '192.0.2.0/25', '2001:db8::/32', '0.0.0.0/0'],
  },
  {
    key: 'aws:PrincipalArn',
    operators: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
    request: [
      `arn:aws:iam::${account}:user/ana`,
      `arn:aws:iam::${account}:role/app`,
      `arn:aws:iam::${elsewhere}:user/eve`,
    ],
    policy: [
      `arn:aws:iam::${account}:user/*`,
      'arn:aws:iam::*:role/ap?',
      `arn:aws:iam::${account}:user/\${aws:username}`,
    ],
  },
];

const actions = [
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKey',
  'kms:CreateGrant',
];
const accountActions = ['kms:CreateKey', 'kms:ListKeys', 'kms:GenerateRandom'];
const actionPatterns = [
  'kms:*',
  '*',
  'kms:Encrypt',
  'KMS:decrypt',
  'kms:De*',
  'kms:?ncrypt',
  'kms:Generate*',
  's3:*',
];
const resourcePatterns = [
  '*',
  resourceArn,
  'arn:aws:kms:*:*:key/*',
  `arn:aws:kms:us-?ast-1:${account}:key/1234*`,
  `arn:aws:kms:*:${elsewhere}:key/*`,
  'arn:aws:kms:us-east-1:111122223333:key/${aws:username}',
];
const principalPatterns: readonly unknown[] = [
  '*',
  { AWS: '*' },
  { AWS: account },
  { AWS: `arn:aws:iam::${account}:root` },
  { AWS: [`arn:aws:iam::${account}:user/ana`] },
  { AWS: [`arn:aws:iam::${account}:role/app`, `arn:aws:iam::${account}:user/bob`] },
  { AWS: `arn:aws:sts::${account}:assumed-role/app/s2` },
  { AWS: elsewhere },
  { AWS: [`arn:aws:iam::${elsewhere}:user/eve`, `arn:aws:iam::${elsewhere}:role/app`] },
  { Service: 'logs.amazonaws.com' },
];

/** Generates policies and requests from one random source. */
export class Generator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  policies(): Policies {
    return {
      identity: this.#list(0, 2, () => this.#document('identity')),
      ...(this.#chance(0.25) && { boundary: this.#document('limit') }),
      ...(this.#chance(0.2) && { session: this.#document('limit') }),
      ...(this.#chance(0.2) && { serviceControl: this.#document('limit') }),
      key: this.#document('key'),
    };
  }

  request(): GeneratedRequest {
    const principal = this.#pick(principals);
    const context: Record<string, string | string[]> = {};
    for (const { key, request, many } of subjects) {
      if (!this.#chance(0.6)) continue;
      context[key] = many ? this.#list(0, 2, () => this.#pick(request)) : this.#pick(request);
    }
    if (this.#chance(0.15))
      return { principal, action: this.#pick(accountActions), resource: '*', context };
    return { principal, action: this.#pick(actions), resource: resourceArn, context };
  }

  #document(kind: 'identity' | 'limit' | 'key'): Document {
    const Statement = this.#list(1, 4, () => this.#statement(kind === 'key'));
    // Otherwise most limits would deny everything and mask the other policies.
    if (kind === 'limit' && this.#chance(0.7))
      Statement.push({ Effect: 'Allow', Action: '*', Resource: '*' });
    return { Version: this.#chance(0.9) ? '2012-10-17' : '2008-10-17', Statement };
  }

  #statement(withPrincipal: boolean): Json {
    const deny = this.#chance(0.25);
    const negatesPrincipal = deny && this.#chance(0.1);
    return {
      Effect: deny ? 'Deny' : 'Allow',
      ...(withPrincipal && {
        [negatesPrincipal ? 'NotPrincipal' : 'Principal']: this.#pick(principalPatterns),
      }),
      [this.#chance(0.1) ? 'NotAction' : 'Action']: this.#oneOrMore(actionPatterns),
      [this.#chance(0.1) ? 'NotResource' : 'Resource']: this.#chance(0.5)
        ? '*'
        : this.#oneOrMore(resourcePatterns),
      ...(this.#chance(0.6) && { Condition: this.#conditions() }),
    };
  }

  #conditions(): Json {
    const conditions: Record<string, Record<string, unknown>> = {};
    for (let count = this.#chance(0.3) ? 2 : 1; count > 0; count -= 1) {
      const { key, operators, policy, many } = this.#pick(subjects);
      const values = this.#oneOrMore(policy);
      if (this.#chance(0.1)) {
        conditions['Null'] = { ...conditions['Null'], [key]: this.#pick(['true', 'false']) };
        continue;
      }
      // KMS rejects ForAllValues for an encryption context.
      const set =
        !key.includes('Context') && this.#chance(many ? 0.9 : 0.05)
          ? this.#pick(['ForAllValues:', 'ForAnyValue:'])
          : '';
      const operator = `${set}${this.#pick(operators)}${this.#chance(0.15) ? 'IfExists' : ''}`;
      conditions[operator] = { ...conditions[operator], [key]: values };
    }
    return conditions;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(from: readonly T[]): T {
    const one = from[Math.floor(this.#random() * from.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  #list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + Math.floor(this.#random() * (most - least + 1)) }, make);
  }

  #oneOrMore<T>(from: readonly T[]): T | T[] {
    return this.#chance(0.7) ? this.#pick(from) : this.#list(1, 3, () => this.#pick(from));
  }
}

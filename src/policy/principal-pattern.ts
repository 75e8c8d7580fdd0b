import type { CallerIdentity } from './caller-identity.ts';
import { PolicyError, type Element, type PrincipalPattern } from './document.ts';

const ACCOUNT = /^\d{12}$/;
const UNIQUE_ID = /^(?:AIDA|AROA)[A-Z0-9]{12,}$/;
const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;
const IDENTITY =
  /^arn:aws[a-z-]*:(?:iam::\d{12}:user\/|sts::\d{12}:(?:assumed-role|federated-user)\/)[\w+=,.@/-]+$/;
const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/;

/** Parses a Principal or NotPrincipal element. @throws PolicyError */
export function parsePrincipals(element: unknown): PrincipalPattern[] {
  if (element === '*') return [{ kind: 'anyone' }];
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    throw new PolicyError('Principal must be "*" or a JSON object.');
  }
  const patterns = Object.entries(element).flatMap(([type, value]) => {
    const parse = types.get(type);
    if (!parse) throw new PolicyError('A Principal must be of type AWS, Service or Federated.');
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => {
      if (typeof one !== 'string') throw new PolicyError('Each Principal must be a string.');
      return parse(one);
    });
  });
  if (patterns.length === 0) throw new PolicyError('Principal must not be empty.');
  return patterns;
}

const types: ReadonlyMap<string, (text: string) => PrincipalPattern> = new Map([
  ['AWS', awsPattern],
  ['Service', servicePattern],
  ['Federated', (provider): PrincipalPattern => ({ kind: 'federated', provider })],
]);

function awsPattern(text: string): PrincipalPattern {
  if (text === '*') return { kind: 'anyone' };
  if (ACCOUNT.test(text)) return { kind: 'account', account: text };
  if (UNIQUE_ID.test(text)) return { kind: 'unique-id', id: text };
  const [, root] = ROOT.exec(text) ?? [];
  if (root) return { kind: 'account', account: root };
  if (ROLE.test(text)) return { kind: 'role', arn: text };
  if (IDENTITY.test(text)) return { kind: 'arn', arn: text };
  throw new PolicyError('Policy contains a statement with one or more invalid principals.');
}

function servicePattern(name: string): PrincipalPattern {
  if (!SERVICE.test(name))
    throw new PolicyError('Policy contains a statement with one or more invalid principals.');
  return { kind: 'service', name };
}

/**
 * How a policy names a caller: by itself, as the session of a role, or only as a member of an
 * account. The weaker forms leave more to the caller's own policies.
 */
export type Naming = 'itself' | 'role' | 'account';
export type Names = (caller: CallerIdentity) => Naming | undefined;

const strength: Readonly<Record<Naming, number>> = { account: 1, role: 2, itself: 3 };

export function isStronger(naming: Naming, than: Naming): boolean {
  return strength[naming] > strength[than];
}

/**
 * Unique IDs of users and roles by ARN, as of when the policy was put. A principal that is
 * recreated under the same name does not match.
 */
export type UniqueIds = Readonly<Record<string, string>>;

/**
 * Compiles a principal element. Matching a caller takes a few look-ups, however many principals it
 * lists.
 */
export function compilePrincipals(
  { negated, of }: Element<PrincipalPattern>,
  uniqueIds: UniqueIds = {},
): Names {
  const listed = listedNames(of, uniqueIds);
  if (!negated) return listed;
  // Naming an account in `NotPrincipal` does not exempt its individual principals.
  return (caller) => {
    const naming = listed(caller);
    return naming === 'itself' || naming === 'role' ? undefined : 'itself';
  };
}

function listedNames(patterns: readonly PrincipalPattern[], uniqueIds: UniqueIds): Names {
  if (patterns.some(({ kind }) => kind === 'anyone')) return () => 'itself';
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const ids = new Set<string>();
  const providers = new Set<string>();
  for (const pattern of patterns) {
    if (pattern.kind === 'account') accounts.add(pattern.account);
    else if (pattern.kind === 'arn' || pattern.kind === 'role') listOne(pattern.arn);
    else if (pattern.kind === 'unique-id') ids.add(pattern.id);
    else if (pattern.kind === 'federated') providers.add(pattern.provider);
  }
  function listOne(arn: string): void {
    const id = uniqueIds[arn];
    // A user or role keeps its unique ID when its name or path changes. A session has its role's
    // unique ID, so it is matched by ARN.
    if (id === undefined || arn.includes(':assumed-role/')) arns.add(arn);
    else ids.add(id);
  }
  const lists = (arn: string, { uniqueId }: CallerIdentity): boolean =>
    arns.has(arn) && (uniqueIds[arn] ?? uniqueId) === uniqueId;
  return (caller) => {
    if (caller.provider !== undefined) return providers.has(caller.provider) ? 'itself' : undefined;
    if (lists(caller.arn, caller)) return 'itself';
    if (caller.roleArn !== undefined && lists(caller.roleArn, caller)) return 'role';
    if (ids.has(caller.uniqueId)) return caller.roleArn === undefined ? 'itself' : 'role';
    // The root ARN names the root user itself. It names everyone else in the account by delegation.
    if (accounts.has(caller.account)) return caller.isRoot ? 'itself' : 'account';
    return undefined;
  };
}

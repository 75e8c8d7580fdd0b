import type { Principal } from '../domain/index.ts';
import { PolicyError, type PrincipalPattern } from './document.ts';

const ACCOUNT = /^\d{12}$/;
const UNIQUE_ID = /^(?:AIDA|AROA)[A-Z0-9]{12,}$/;
const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const ROLE = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]{1,64})$/;
const IDENTITY = /^arn:aws[a-z-]*:(?:iam::\d{12}:user\/|sts::\d{12}:(?:assumed-role|federated-user)\/)[\w+=,.@/-]+$/;
const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/;

/** Reads the Principal element of a key policy. @throws PolicyError */
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
  ['Federated', (): PrincipalPattern => ({ kind: 'nobody' })],
]);

function awsPattern(text: string): PrincipalPattern {
  if (text === '*') return { kind: 'anyone' };
  if (ACCOUNT.test(text)) return { kind: 'account', account: text };
  if (UNIQUE_ID.test(text)) return { kind: 'unique-id', id: text };
  const [, root] = ROOT.exec(text) ?? [];
  if (root) return { kind: 'account', account: root };
  const [, account, name] = ROLE.exec(text) ?? [];
  if (account && name) return { kind: 'role', account, name, arn: text };
  if (IDENTITY.test(text)) return { kind: 'arn', arn: text };
  throw new PolicyError('Policy contains a statement with one or more invalid principals.');
}

function servicePattern(text: string): PrincipalPattern {
  if (!SERVICE.test(text)) throw new PolicyError('Policy contains a statement with one or more invalid principals.');
  return { kind: 'nobody' };
}

/** How a pattern names a principal: itself, or only as one of its account's; undefined if not at all. */
export type Naming = 'itself' | 'account';
export type Names = (principal: Principal) => Naming | undefined;

export function compilePrincipal(pattern: PrincipalPattern): Names {
  switch (pattern.kind) {
    case 'anyone':
      return () => 'itself';
    case 'account':
      return namesAccount(pattern.account);
    case 'arn':
      return (principal) => (principal.arn === pattern.arn ? 'itself' : undefined);
    case 'role':
      return namesRole(pattern);
    case 'unique-id':
      // A session's id is its role's, a colon and the session's name.
      return ({ userId }) => (userId === pattern.id || userId.startsWith(`${pattern.id}:`) ? 'itself' : undefined);
    case 'nobody':
      return () => undefined;
  }
}

/** The account's root user is meant by the root ARN itself; everyone else in the account by delegation. */
function namesAccount(account: string): Names {
  return (principal) => {
    if (principal.account !== account) return undefined;
    return ROOT.test(principal.arn) ? 'itself' : 'account';
  };
}

/** Role names are unique in an account whatever their path, so a session's ARN tells its role. */
function namesRole({ account, name, arn }: Extract<PrincipalPattern, { kind: 'role' }>): Names {
  const session = `:sts::${account}:assumed-role/${name}/`;
  return (principal) => (principal.arn === arn || principal.arn.includes(session) ? 'itself' : undefined);
}

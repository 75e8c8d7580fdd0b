import { BoundedCache } from '../base/index.ts';
import type { PolicyHolder, RoleRow, UserRow } from '../domain/index.ts';
import {
  compilePolicy,
  parsePolicy,
  type CompiledPolicy,
  type PrincipalPolicies,
} from '../policy/index.ts';
import type { Reader } from '../storage/index.ts';
import { defaultDocument, findManagedPolicy } from './managed-policies.ts';

/** Maximum number of compiled documents, shared by all principals that use them. */
const MAX_COMPILED_DOCUMENTS = 4_096;
/** The document that stands for a deleted boundary. */
const DENY_ALL_POLICY = JSON.stringify({ Version: '2012-10-17', Statement: [] });

/** Session policies, given when the session was created. */
export interface SessionPolicies {
  readonly documents: readonly string[];
  /** ARNs of managed policies. Their current documents apply. */
  readonly arns: readonly string[];
}

/**
 * Loads the policies that allow and limit a principal, compiled. Each document is compiled once,
 * however many principals use it.
 */
export interface PolicyLoader {
  user(reader: Reader, user: UserRow): Promise<PrincipalPolicies>;
  role(reader: Reader, role: RoleRow, session?: SessionPolicies): Promise<PrincipalPolicies>;
  /** Returns the limits of an account's root, which has no policies of its own. */
  root(reader: Reader, account: string): Promise<PrincipalPolicies>;
}

export function openPolicyLoader(): PolicyLoader {
  const compiled = new BoundedCache<string, CompiledPolicy>(MAX_COMPILED_DOCUMENTS);

  function compile(document: string): CompiledPolicy {
    const known = compiled.get(document);
    if (known) return known;
    const policy = compilePolicy(parsePolicy(document, 'identity'));
    compiled.set(document, policy);
    return policy;
  }

  async function limitsOf(
    reader: Reader,
    account: string,
  ): Promise<Pick<PrincipalPolicies, 'serviceControl'>> {
    const serviceControl = (await reader.get('accounts', account))?.serviceControlPolicies?.map(
      compile,
    );
    return serviceControl ? { serviceControl } : {};
  }

  async function common(
    reader: Reader,
    holders: readonly PolicyHolder[],
    { account, boundary }: UserRow | RoleRow,
  ) {
    const documents = await Promise.all(holders.map((holder) => documentsOf(reader, holder)));
    const limit =
      boundary === undefined
        ? undefined
        : ((await managedDocuments(reader, account, [boundary]))[0] ?? DENY_ALL_POLICY);
    return {
      identity: documents.flat().map(compile),
      ...(limit !== undefined && { boundary: compile(limit) }),
      ...(await limitsOf(reader, account)),
    };
  }

  return {
    root: async (reader, account) => ({ identity: [], ...(await limitsOf(reader, account)) }),
    async user(reader, user) {
      return common(reader, [user, ...(await groupsOf(reader, user))], user);
    },
    async role(reader, role, session) {
      const policies = await common(reader, [role], role);
      if (!session) return policies;
      const documents = [
        ...session.documents,
        ...(await managedDocuments(reader, role.account, session.arns)),
      ];
      return { ...policies, session: documents.map(compile) };
    },
  };
}

async function documentsOf(
  reader: Reader,
  { account, inlinePolicies, attachedPolicies }: PolicyHolder,
): Promise<string[]> {
  return [
    ...Object.values(inlinePolicies),
    ...(await managedDocuments(reader, account, attachedPolicies)),
  ];
}

async function managedDocuments(
  reader: Reader,
  account: string,
  arns: readonly string[],
): Promise<string[]> {
  const policies = await Promise.all(arns.map((arn) => findManagedPolicy(reader, account, arn)));
  return policies.flatMap((policy) => (policy ? [defaultDocument(policy)] : []));
}

async function groupsOf(reader: Reader, { account, name }: UserRow) {
  const memberships = await reader.find('memberships', 'byUser', [account, name]);
  const groups = await Promise.all(
    memberships.map(({ groupName }) => reader.get('groups', account, groupName)),
  );
  return groups.filter((group) => group !== undefined);
}

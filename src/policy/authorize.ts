import type { Principal } from '../domain/index.ts';
import { callerIdentity } from './caller-identity.ts';
import type { CompiledPolicy, PolicyQuestion, Verdict } from './compile.ts';
import { noContext, type RequestContext } from './context.ts';
import { worksAcrossAccounts } from './cross-account.ts';
import type { Statement } from './document.ts';
import { isStronger, type Naming } from './principal-pattern.ts';
import type { PrincipalPolicies } from './principal-policies.ts';

/** One thing that a principal wants to do to one resource. */
export interface AccessRequest {
  readonly principal: Principal;
  /** `kms:Encrypt`; case does not matter. */
  readonly action: string;
  /** An ARN, or `*` for what belongs to the account as a whole. */
  readonly resourceArn: string;
  readonly resourceAccount: string;
  /** The policy of the resource itself: of a KMS key its key policy, of a role its trust policy. Others have none. */
  readonly resourcePolicy?: CompiledPolicy;
  readonly policies: PrincipalPolicies;
  /** What conditions are about; without it they see nothing. */
  readonly context?: RequestContext;
}

/** That a grant allows what is question, and how it names the caller. */
export interface GrantVerdict {
  readonly naming: Naming;
  readonly grantId: string;
}

/** The kinds of policies that a principal brings along, and the key's. */
export type Source = 'service-control' | 'identity' | 'boundary' | 'session' | 'resource';

/** What made a decision: a statement of a policy, or a grant. */
export interface Cause {
  readonly source: Source;
  readonly statement?: Statement;
  readonly grantId?: string;
}

/** `hidden`: nothing of the resource's may show, not even that it exists, because it is another account's. */
export interface Denial {
  readonly allowed: false;
  readonly because: `${Source}-deny` | `no-${Source}-allow` | 'hidden';
  readonly by: readonly Cause[];
}
export interface Permission {
  readonly allowed: true;
  readonly by: readonly Cause[];
}
export type Decision = Permission | Denial;

/** Whose allow it takes beside the key's own, by how the key's policy or grant names the caller; in the order of texts. */
const needed: Readonly<Record<Naming, readonly Exclude<Source, 'resource'>[]>> = {
  itself: ['service-control'],
  role: ['service-control', 'boundary', 'session'],
  account: ['service-control', 'identity', 'boundary', 'session'],
};

/** One access, its policies question once: they need not be question again when a grant turns up. */
export interface Evaluation {
  decide(granted?: GrantVerdict): Decision;
}

/**
 * Decides as KMS does.
 * - An explicit deny anywhere wins.
 * - In the key's account, a key policy or grant that names the caller itself is enough, whatever boundaries and session
 *   policies leave out; one that names the caller's role is limited by them. One that names the account leaves it to the
 *   identity policies. Without any of these, identity policies allow nothing.
 * - From another account it takes both: the key policy or a grant, and the caller's identity policies.
 * - What is not a key is a matter of the principal's policies alone.
 * - Service control policies limit in all cases.
 * Sources: "Policy evaluation logic" in the IAM User Guide, "Determining access to AWS KMS keys" in the KMS Developer Guide.
 */
export function authorize(access: AccessRequest, granted?: GrantVerdict): Decision {
  return evaluate(access).decide(granted);
}

export function evaluate(access: AccessRequest): Evaluation {
  const { principal, policies, resourceAccount } = access;
  const question: PolicyQuestion = {
    who: callerIdentity(principal),
    action: access.action.toLowerCase(),
    resourceArn: access.resourceArn,
    context: access.context ?? noContext,
    bounded: policies.boundary !== undefined,
  };
  const foreign = principal.account !== resourceAccount;
  const kept = foreign && !worksAcrossAccounts(question.action);
  const byPolicy = kept ? undefined : resourceVerdict(access, question);
  let own: OwnVerdicts | undefined;
  return {
    decide(granted) {
      const resource = kept ? undefined : better(byPolicy, granted);
      if (foreign && resource?.effect !== 'allow') return denied('hidden');
      own ??= ownVerdicts(policies, question);
      for (const source of needed.account) {
        const verdict = own[source];
        if (verdict !== 'unlimited' && verdict?.effect === 'deny')
          return denied(`${source}-deny`, causeOf(source, verdict));
      }
      if (resource?.effect === 'deny') return denied('resource-deny', ...listed(resource.cause));
      if (!resource) return denied('no-resource-allow');
      return limited(foreign ? 'account' : resource.naming, own, resource.cause);
    },
  };
}

function denied(because: Denial['because'], ...by: readonly Cause[]): Denial {
  return { allowed: false, because, by };
}

/** What one kind of policy says. `unlimited`: there is none of the kind, and it takes none. */
type OwnVerdict = Verdict | 'unlimited' | undefined;
type OwnVerdicts = Readonly<Record<Exclude<Source, 'resource'>, OwnVerdict>>;

function ownVerdicts(
  { identity, boundary, session, serviceControl }: PrincipalPolicies,
  question: PolicyQuestion,
): OwnVerdicts {
  return {
    'service-control': serviceControl ? union(serviceControl, question) : 'unlimited',
    // The root user needs no policy for what belongs to its account.
    identity: union(identity, question) ?? (question.who.isRoot ? 'unlimited' : undefined),
    boundary: boundary ? boundary.verdict(question) : 'unlimited',
    session: session ? union(session, question) : 'unlimited',
  };
}

function union(policies: readonly CompiledPolicy[], question: PolicyQuestion): Verdict | undefined {
  let allow: Verdict | undefined;
  for (const policy of policies) {
    const verdict = policy.verdict(question);
    if (verdict?.effect === 'deny') return verdict;
    allow ??= verdict;
  }
  return allow;
}

interface ResourceVerdict {
  readonly effect: 'allow' | 'deny';
  readonly naming: Naming;
  readonly cause: Cause | undefined;
}

/** What belongs to an account, and has no policy of its own, is left to the account's principals. */
function resourceVerdict(
  { principal, resourceAccount, resourcePolicy }: AccessRequest,
  question: PolicyQuestion,
): ResourceVerdict | undefined {
  if (!resourcePolicy)
    return principal.account === resourceAccount
      ? { effect: 'allow', naming: 'account', cause: undefined }
      : undefined;
  const verdict = resourcePolicy.verdict(question);
  return verdict && { ...verdict, cause: causeOf('resource', verdict) };
}

/** A grant counts where the policy does not deny, and names the caller no better. */
function better(
  byPolicy: ResourceVerdict | undefined,
  granted: GrantVerdict | undefined,
): ResourceVerdict | undefined {
  if (
    !granted ||
    (byPolicy && (byPolicy.effect === 'deny' || !isStronger(granted.naming, byPolicy.naming)))
  )
    return byPolicy;
  return {
    effect: 'allow',
    naming: granted.naming,
    cause: { source: 'resource', grantId: granted.grantId },
  };
}

function listed(cause: Cause | undefined): Cause[] {
  return cause ? [cause] : [];
}

function limited(naming: Naming, own: OwnVerdicts, resource: Cause | undefined): Decision {
  const by = listed(resource);
  for (const source of needed[naming]) {
    const verdict = own[source];
    if (verdict === undefined) return denied(`no-${source}-allow`, ...by);
    if (verdict !== 'unlimited') by.push(causeOf(source, verdict));
  }
  return { allowed: true, by };
}

function causeOf(source: Source, { statement }: Verdict): Cause {
  return { source, statement };
}

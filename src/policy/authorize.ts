import type { Principal } from '../domain/index.ts';
import { callerIdentity } from './caller-identity.ts';
import type { CompiledPolicy, PolicyQuestion, Verdict } from './compile.ts';
import { noContext, type RequestContext } from './context.ts';
import { worksAcrossAccounts } from './cross-account.ts';
import type { Statement } from './document.ts';
import { isStronger, type Naming } from './principal-pattern.ts';
import type { PrincipalPolicies } from './principal-policies.ts';

/** A request of one principal for one action on one resource. */
export interface AccessRequest {
  readonly principal: Principal;
  /** The IAM action, such as `kms:Encrypt`. Case-insensitive. */
  readonly action: string;
  /** An ARN, or `*` for what belongs to the account as a whole. */
  readonly resourceArn: string;
  readonly resourceAccount: string;
  /**
   * The resource's own policy: the key policy of a KMS key, the trust policy of a role. Other
   * resources have none.
   */
  readonly resourcePolicy?: CompiledPolicy;
  readonly policies: PrincipalPolicies;
  /** The request context for conditions. Defaults to an empty one. */
  readonly context?: RequestContext;
}

/** A grant that allows the request, and how it names the caller. */
export interface GrantVerdict {
  readonly naming: Naming;
  readonly grantId: string;
}

/** The kinds of policy that take part in a decision: the principal's own, and the resource's. */
export type Source = 'service-control' | 'identity' | 'boundary' | 'session' | 'resource';

/** The statement or grant that led to a decision. */
export interface Cause {
  readonly source: Source;
  readonly statement?: Statement;
  readonly grantId?: string;
}

/**
 * A denied request. `hidden` means that nothing about the resource may be disclosed, not even that
 * it exists, because it belongs to another account.
 */
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

/**
 * The kinds of policy that must allow in addition to the key's own, by how the key policy or grant
 * names the caller. In the order in which denials are reported.
 */
const needed: Readonly<Record<Naming, readonly Exclude<Source, 'resource'>[]>> = {
  itself: ['service-control'],
  role: ['service-control', 'boundary', 'session'],
  account: ['service-control', 'identity', 'boundary', 'session'],
};

/**
 * The policies of one request, evaluated once. A grant that is found later does not evaluate them
 * again.
 */
export interface Evaluation {
  decide(granted?: GrantVerdict): Decision;
}

/**
 * Decides one request as KMS does.
 * - An explicit deny in any policy wins.
 * - In the key's account, a key policy or grant that names the caller itself is enough, regardless
 *   of boundaries and session policies. One that names the caller's role is limited by them. One
 *   that names the account defers to the identity policies. Without any of these, identity policies
 *   allow nothing.
 * - From another account, both sides must allow: the key policy or a grant, and the caller's
 *   identity policies.
 * - For resources other than keys and roles, the principal's policies alone decide.
 * - Service control policies limit in all cases.
 *
 * Sources: "Policy evaluation logic" in the IAM User Guide, "Determining access to AWS KMS keys" in
 * the KMS Developer Guide.
 * @example
 * ```ts
 * import { authorize, compilePolicy, defaultKeyPolicy, parsePolicy } from 'src/policy/index.ts';
 *
 * const account = '111122223333';
 * const arn = `arn:aws:iam::${account}:root`;
 * const decision = authorize({
 *   principal: { account, arn, userId: account, accessKeyId: '' },
 *   policies: { identity: [] },
 *   action: 'kms:Encrypt',
 *   resourceArn: `arn:aws:kms:us-east-1:${account}:key/1234abcd`,
 *   resourceAccount: account,
 *   resourcePolicy: compilePolicy(parsePolicy(defaultKeyPolicy(account))),
 * });
 * assert.ok(decision.allowed);
 * ```
 */
export function authorize(access: AccessRequest, granted?: GrantVerdict): Decision {
  return evaluate(access).decide(granted);
}

/**
 * Evaluates the policies of a request once, so that `decide` can be repeated when a grant is found.
 * @example
 * ```ts
 * import { compilePolicy, defaultKeyPolicy, evaluate, parsePolicy } from 'src/policy/index.ts';
 *
 * const account = '111122223333';
 * const arn = `arn:aws:iam::${account}:user/ana`;
 * const { decide } = evaluate({
 *   principal: { account, arn, userId: 'AIDAEXAMPLE', accessKeyId: '' },
 *   policies: { identity: [] },
 *   action: 'kms:Encrypt',
 *   resourceArn: `arn:aws:kms:us-east-1:${account}:key/1234abcd`,
 *   resourceAccount: account,
 *   resourcePolicy: compilePolicy(parsePolicy(defaultKeyPolicy(account))),
 * });
 * assert.equal(decide().allowed, false);
 * assert.equal(decide({ naming: 'itself', grantId: '0f' }).allowed, true);
 * ```
 */
export function evaluate(access: AccessRequest): Evaluation {
  const { principal, policies, resourceAccount } = access;
  const question: PolicyQuestion = {
    caller: callerIdentity(principal),
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

/**
 * Verdict of one kind of policy. `unlimited`: the principal has no policy of the kind and needs
 * none.
 */
type OwnVerdict = Verdict | 'unlimited' | undefined;
type OwnVerdicts = Readonly<Record<Exclude<Source, 'resource'>, OwnVerdict>>;

function ownVerdicts(
  { identity, boundary, session, serviceControl }: PrincipalPolicies,
  question: PolicyQuestion,
): OwnVerdicts {
  return {
    'service-control': serviceControl ? union(serviceControl, question) : 'unlimited',
    // The root user needs no policy for resources of its own account.
    identity: union(identity, question) ?? (question.caller.isRoot ? 'unlimited' : undefined),
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

/**
 * A resource without a policy of its own is controlled by the policies of its account's principals.
 */
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

/** Prefers a grant if the key policy neither denies nor names the caller at least as directly. */
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

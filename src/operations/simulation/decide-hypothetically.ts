import type { PrincipalWithPolicies } from '../../identity/index.ts';
import {
  callerIdentity,
  evaluate,
  noContext,
  relaxed,
  relaxedAll,
  type AccessRequest,
  type Decision,
} from '../../policy/index.ts';
import { decideWithGrants } from '../grants/decide.ts';
import { constrainedVerdict } from '../grants/granted.ts';
import type { ResolvedKey, ResolvedTarget } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { hypotheticalContext, type Hypothesis } from './hypothetical-context.ts';

/** A request that is decided without being made. */
export interface HypotheticalRequest extends Omit<Hypothesis, 'principal'> {
  readonly subject: PrincipalWithPolicies;
}

export interface HypotheticalDecision {
  readonly decision: Decision;
  readonly unknown: readonly string[];
}

const KMS = /^kms:/i;

/** Returns the decision that the pipeline would reach on a hypothetical request. */
export async function decideHypothetically(
  { grants }: Pick<Services, 'grants'>,
  question: HypotheticalRequest,
): Promise<HypotheticalDecision> {
  const { subject, ...rest } = question;
  const { context, unknown, encryptionContext } = hypotheticalContext({
    ...rest,
    principal: subject.principal,
  });
  const { action, resolved } = rest;
  const operation = action.replace(KMS, '');
  const grantable =
    resolved.kind === 'key' && KMS.test(action)
      ? { key: resolved.key, question: { operation, encryptionContext, child: undefined } }
      : undefined;
  const decision = await decideWithGrants(
    grants,
    { ...accessOf(subject, action, resolved), context },
    grantable,
  );
  return { decision, unknown: [...unknown].toSorted() };
}

/** Removes the conditions of a key's policy, see `relaxed`. */
export function relaxedKey(resolved: ResolvedKey): ResolvedKey {
  return { ...resolved, policy: relaxed(resolved.policy) };
}
export function relaxedPrincipal({
  principal,
  policies,
}: PrincipalWithPolicies): PrincipalWithPolicies {
  return { principal, policies: relaxedAll(policies) };
}

/**
 * Returns the most permissive decision that any request could get, for a relaxed key and a relaxed
 * principal.
 */
export async function decideAtMost(
  { grants }: Pick<Services, 'grants'>,
  subject: PrincipalWithPolicies,
  action: string,
  resolved: ResolvedKey,
): Promise<Decision> {
  const evaluation = evaluate({ ...accessOf(subject, action, resolved), context: noContext });
  const decision = evaluation.decide();
  if (decision.allowed || decision.because.endsWith('-deny')) return decision;
  const granted = await constrainedVerdict(
    grants,
    resolved.key,
    callerIdentity(subject.principal),
    action.replace(KMS, ''),
  );
  return granted ? evaluation.decide(granted) : decision;
}

function accessOf(
  { principal, policies }: PrincipalWithPolicies,
  action: string,
  resolved: ResolvedTarget,
): AccessRequest {
  return {
    principal,
    action,
    policies,
    resourceArn: resolved.arn,
    resourceAccount: resolved.scope.account,
    ...(resolved.kind === 'key' && { resourcePolicy: resolved.policy }),
  };
}

import type { Described } from '../../identity/index.ts';
import {
  evaluate,
  noContext,
  relaxed,
  relaxedAll,
  whoIs,
  type Access,
  type Decision,
} from '../../policy/index.ts';
import { decideWithGrants } from '../grants/decide.ts';
import { constrainedVerdict } from '../grants/granted.ts';
import type { Found, FoundKey } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { hypotheticalContext, type Hypothesis } from './hypothetical-context.ts';

/** Who would do what to what, in which circumstances. */
export interface Question extends Omit<Hypothesis, 'principal'> {
  readonly who: Described;
}

export interface Answer {
  readonly decision: Decision;
  readonly unknown: readonly string[];
}

const KMS = /^kms:/i;

/** What the pipeline would decide on a request that is only thought of. */
export async function decideHypothetically(
  { grants }: Pick<Services, 'grants'>,
  question: Question,
): Promise<Answer> {
  const { who, ...rest } = question;
  const { context, unknown, encryptionContext } = hypotheticalContext({
    ...rest,
    principal: who.principal,
  });
  const { action, found } = rest;
  const operation = action.replace(KMS, '');
  const grantable =
    found.kind === 'key' && KMS.test(action)
      ? { key: found.key, question: { operation, encryptionContext, child: undefined } }
      : undefined;
  const decision = await decideWithGrants(
    grants,
    { ...accessOf(who, action, found), context },
    grantable,
  );
  return { decision, unknown: [...unknown].toSorted() };
}

/** A key and a principal with the conditions of their policies taken away: see `relaxed`. */
export function relaxedKey(found: FoundKey): FoundKey {
  return { ...found, policy: relaxed(found.policy) };
}
export function relaxedPrincipal({ principal, policies }: Described): Described {
  return { principal, policies: relaxedAll(policies) };
}

/** What could be decided at most, whatever a request shows: of a relaxed key and a relaxed principal. */
export async function decideAtMost(
  { grants }: Pick<Services, 'grants'>,
  who: Described,
  action: string,
  found: FoundKey,
): Promise<Decision> {
  const evaluation = evaluate({ ...accessOf(who, action, found), context: noContext });
  const decision = evaluation.decide();
  if (decision.allowed || decision.because.endsWith('-deny')) return decision;
  const granted = await constrainedVerdict(
    grants,
    found.key,
    whoIs(who.principal),
    action.replace(KMS, ''),
  );
  return granted ? evaluation.decide(granted) : decision;
}

function accessOf({ principal, policies }: Described, action: string, found: Found): Access {
  return {
    principal,
    action,
    policies,
    resourceArn: found.arn,
    resourceAccount: found.scope.account,
    ...(found.kind === 'key' && { resourcePolicy: found.policy }),
  };
}

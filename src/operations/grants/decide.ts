import { whenReady } from '../../base/index.ts';
import type { KeyRow } from '../../domain/index.ts';
import { callerIdentity, evaluate, type AccessRequest, type Decision } from '../../policy/index.ts';
import type { GrantCache } from '../caches/grant-cache.ts';
import type { GrantQuestion } from '../caches/grant-index.ts';
import { grantVerdict } from './granted.ts';

/** A KMS key, and the request as its grants evaluate it. */
export interface GrantableKey {
  readonly key: KeyRow;
  readonly question: GrantQuestion;
}

/** Decides by policies, and by the key's grants if policies alone neither allow nor deny. */
export function decideWithGrants(
  grants: GrantCache,
  access: AccessRequest,
  grantable: GrantableKey | undefined,
): Decision | Promise<Decision> {
  const evaluation = evaluate(access);
  const decision = evaluation.decide();
  if (decision.allowed || decision.because.endsWith('-deny') || !grantable) return decision;
  const verdict = grantVerdict(
    grants,
    grantable.key,
    callerIdentity(access.principal),
    grantable.question,
  );
  return whenReady(verdict, (granted) => (granted ? evaluation.decide(granted) : decision));
}

import type { KeyRecord } from '../../domain/index.ts';
import { evaluate, whoIs, type Access, type Decision } from '../../policy/index.ts';
import type { GrantDirectory } from './grant-directory.ts';
import type { GrantQuestion } from './grant-index.ts';
import { grantVerdict } from './granted.ts';

/** The key that is asked for, and what grants on it are asked. */
export interface GrantableKey {
  readonly key: KeyRecord;
  readonly question: GrantQuestion;
}

/** Decides by policies, and by the key's grants where policies alone neither allow nor deny. */
export async function decideWithGrants(grants: GrantDirectory, access: Access, grantable: GrantableKey | undefined): Promise<Decision> {
  const evaluation = evaluate(access);
  const decision = evaluation.decide();
  if (decision.allowed || decision.because.endsWith('-deny') || !grantable) return decision;
  const granted = await grantVerdict(grants, grantable.key, whoIs(access.principal), grantable.question);
  return granted ? evaluation.decide(granted) : decision;
}

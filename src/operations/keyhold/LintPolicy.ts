import { lintPolicy, type PolicyKind, type Vocabulary } from '../../policy/index.ts';
import { conditionKeys, multiValuedKeys } from '../conditions/request-context.ts';
import { defineOperation } from '../operation.ts';
import { knownActions } from '../simulation/known-actions.ts';

export const LintPolicy = defineOperation('keyhold', 'LintPolicy', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  handle: async (_services, { Policy, Kind }) => {
    const vocabulary: Vocabulary = {
      actions: knownActions,
      conditionKeys,
      multiValued: multiValuedKeys,
    };
    // The cast is safe: the contract's enum lists the kinds.
    const findings = lintPolicy(Policy, Kind as PolicyKind, vocabulary);
    return {
      Findings: findings.map(({ level, statement, text }) => ({
        Level: level,
        ...(statement !== undefined && { Statement: statement }),
        Text: text,
      })),
    };
  },
});

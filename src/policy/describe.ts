import type { Condition, PrincipalPattern, Statement } from './document.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Returns a statement as policy JSON again, for people to read. Accounts appear as the ARN of their
 * root.
 * @example
 * ```ts
 * import { parsePolicy, statementJson } from 'src/policy/index.ts';
 *
 * const statement = { Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' };
 * const { statements } = parsePolicy(JSON.stringify({ Statement: [statement] }), 'identity');
 * assert.deepEqual(statements.map(statementJson), [statement]);
 * ```
 */
export function statementJson({
  sid,
  effect,
  principals,
  actions,
  resources,
  conditions,
}: Statement): JsonObject {
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    ...(principals && {
      [principals.negated ? 'NotPrincipal' : 'Principal']: principalJson(principals.of),
    }),
    ...(actions && { [actions.negated ? 'NotAction' : 'Action']: oneOrMany(actions.of) }),
    ...(resources && { [resources.negated ? 'NotResource' : 'Resource']: oneOrMany(resources.of) }),
    ...(conditions.length > 0 && { Condition: conditionJson(conditions) }),
  };
}

function principalJson(patterns: readonly PrincipalPattern[]): unknown {
  if (patterns.some(({ kind }) => kind === 'anyone')) return '*';
  const byType = Map.groupBy(patterns, typeOf);
  return Object.fromEntries(
    Array.from(byType, ([type, some]) => [type, oneOrMany(some.map(textOf))]),
  );
}

function typeOf({ kind }: PrincipalPattern): string {
  if (kind === 'service') return 'Service';
  return kind === 'federated' ? 'Federated' : 'AWS';
}

function textOf(pattern: PrincipalPattern): string {
  switch (pattern.kind) {
    case 'anyone':
      return '*';
    case 'account':
      return `arn:aws:iam::${pattern.account}:root`;
    case 'arn':
    case 'role':
      return pattern.arn;
    case 'unique-id':
      return pattern.id;
    case 'federated':
      return pattern.provider;
    case 'service':
      return pattern.name;
  }
}

function conditionJson(conditions: readonly Condition[]): JsonObject {
  const json: Record<string, Record<string, unknown>> = {};
  for (const { operator, key, values } of conditions)
    json[operator] = { ...json[operator], [key]: oneOrMany(values) };
  return json;
}

function oneOrMany(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : values;
}

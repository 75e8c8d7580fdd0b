import { parseOperatorName, type OperatorName } from './conditions/operator-name.ts';
import { operators } from './conditions/operators.ts';
import { parseBoolean, parseBinary, parseInstant, parseNumber } from './conditions/scalars.ts';
import { parseRange } from './conditions/ip-range.ts';
import {
  PolicyError,
  type Condition,
  type PolicyDocument,
  type PolicyKind,
  type Statement,
} from './document.ts';
import { compileGlob } from './glob.ts';
import { parsePolicy } from './parse.ts';
import { readTemplate } from './template.ts';

/**
 * A finding. `error`: the policy would be rejected. `warning`: it probably does not say what was
 * meant. `note`: worth knowing.
 */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  /** Number of the statement, counted from 1. Absent if the finding is about the whole policy. */
  readonly statement?: number;
  readonly text: string;
}

/** The names that policies can refer to. */
export interface Vocabulary {
  /** Every action of every service, such as `kms:Encrypt`. */
  readonly actions: readonly string[];
  /**
   * Every condition key, in lower case. A key that ends in `:` or `/` is a prefix, which a name
   * from the request follows.
   */
  readonly conditionKeys: readonly string[];
  /** Condition keys that can have several values. */
  readonly multiValued: ReadonlySet<string>;
}

/**
 * Returns the errors, likely mistakes and notes for a policy document.
 * @example
 * ```ts
 * import { lintPolicy } from 'src/policy/index.ts';
 *
 * const actions = ['kms:Encrypt', 'kms:Decrypt'];
 * const vocabulary = { actions, conditionKeys: [], multiValued: new Set<string>() };
 * const text = '{"Statement": {"Effect": "Allow", "Action": "kms:Encript", "Resource": "*"}}';
 * const [finding] = lintPolicy(text, 'identity', vocabulary);
 * assert.equal(finding?.level, 'warning');
 * assert.match(finding.text, /kms:Encript/);
 * ```
 */
export function lintPolicy(text: string, kind: PolicyKind, vocabulary: Vocabulary): Finding[] {
  try {
    const document = parsePolicy(text, kind);
    const findings = document.statements.flatMap((statement, at) =>
      lintStatement(statement, document, vocabulary).map((finding) => ({
        ...finding,
        statement: at + 1,
      })),
    );
    return kind === 'key' ? [...lintKeyPolicy(document), ...findings] : findings;
  } catch (error) {
    if (error instanceof PolicyError) return [{ level: 'error', text: error.message }];
    throw error;
  }
}

const warning = (text: string): Finding => ({ level: 'warning', text });
const note = (text: string): Finding => ({ level: 'note', text });

function lintKeyPolicy({ statements }: PolicyDocument): Finding[] {
  const delegates = statements.some(
    ({ effect, principals }) =>
      effect === 'Allow' &&
      principals?.of.some(({ kind }) => kind === 'account' || kind === 'anyone'),
  );
  const manages = statements.some(
    ({ effect, actions }) =>
      effect === 'Allow' && actions?.of.some((one) => actionMatcher(one)('kms:PutKeyPolicy')),
  );
  return [
    ...(delegates
      ? []
      : [note('No statement names an account: identity policies can allow nothing on this key.')]),
    ...(manages
      ? []
      : [warning('No statement allows kms:PutKeyPolicy: nobody can change this policy again.')]),
  ];
}

function lintStatement(
  statement: Statement,
  document: PolicyDocument,
  vocabulary: Vocabulary,
): Finding[] {
  return [
    ...lintPrincipals(statement),
    ...lintActions(statement, vocabulary),
    ...lintResources(statement, document),
    ...statement.conditions.flatMap((condition) => lintCondition(condition, statement, vocabulary)),
    ...lintVariables(statement, document),
  ];
}

function lintPrincipals({ effect, principals, conditions }: Statement): Finding[] {
  if (!principals) return [];
  const { negated, of } = principals;
  const findings: Finding[] = [];
  if (negated && effect === 'Allow')
    findings.push(warning('NotPrincipal with Allow allows everyone else, in every account.'));
  if (negated && effect === 'Deny')
    findings.push(
      note(
        'NotPrincipal with Deny does not exempt principals that have a permissions boundary. A condition on aws:PrincipalArn is safer.',
      ),
    );
  if (
    !negated &&
    effect === 'Allow' &&
    of.some(({ kind }) => kind === 'anyone') &&
    conditions.length === 0
  ) {
    findings.push(
      warning(
        'Principal * without a condition allows everyone in this account, and everyone in other accounts whose policies allow it.',
      ),
    );
  }
  if (of.some(({ kind }) => kind === 'service'))
    findings.push(note('No AWS service calls Keyhold: service principals match nobody.'));
  if (of.some(({ kind }) => kind === 'unique-id'))
    findings.push(note('A unique ID names a user or role that may have been deleted.'));
  return findings;
}

function lintActions({ effect, actions }: Statement, vocabulary: Vocabulary): Finding[] {
  if (!actions) return [warning('The statement has no Action: it has no effect.')];
  const findings: Finding[] = [];
  if (actions.negated && effect === 'Allow')
    findings.push(
      warning('NotAction with Allow allows every action that is not listed, including new ones.'),
    );
  for (const pattern of actions.of) {
    if (!vocabulary.actions.some(actionMatcher(pattern)))
      findings.push(warning(`Unknown action "${pattern}".`));
  }
  return findings;
}

function lintResources({ resources }: Statement, { kind }: PolicyDocument): Finding[] {
  if (kind === 'trust') return [];
  if (!resources) return [warning('The statement has no Resource: it has no effect.')];
  if (kind === 'key' && resources.of.some((one) => one !== '*'))
    return [note('In a key policy the resource is the key itself. Write *.')];
  return [];
}

function lintCondition(
  { operator, key, values }: Condition,
  { effect }: Statement,
  { conditionKeys, multiValued }: Vocabulary,
): Finding[] {
  const name = parseOperatorName(operator);
  if (!name) return [];
  const lower = key.toLowerCase();
  const findings: Finding[] = [];
  const known = conditionKeys.some((one) =>
    /[:/]$/.test(one) ? lower.startsWith(one) && lower.length > one.length : lower === one,
  );
  if (/^(?:aws|kms):/.test(lower) && !known)
    findings.push(warning(`No request has the condition key ${key}.`));
  if (multiValued.has(lower) && name.set === undefined && name.base !== 'null') {
    findings.push(
      warning(
        `${key} can have several values: without ForAnyValue or ForAllValues the condition never holds.`,
      ),
    );
  }
  if (name.set === 'all' && effect === 'Allow') {
    findings.push(
      warning(`ForAllValues also holds if the request has no ${key}. Add Null to require it.`),
    );
  }
  return [
    ...findings,
    ...values
      .filter((value) => !isComparable(name, value))
      .map((value) => warning(`${operator} cannot compare with "${value}": nothing matches it.`)),
  ];
}

const parsers: readonly [RegExp, (text: string) => unknown][] = [
  [/^numeric/, parseNumber],
  [/^date/, parseInstant],
  [/^(?:bool|null)$/, parseBoolean],
  [/^binary/, parseBinary],
  [/ipaddress$/, parseRange],
  [/^arn/, (text) => (text.split(':').length < 6 ? undefined : text)],
];

function isComparable({ base }: OperatorName, value: string): boolean {
  const [, parse] = parsers.find(([pattern]) => pattern.test(base)) ?? [];
  return (
    parse === undefined ||
    (operators.get(base) === undefined && base !== 'null') ||
    parse(value) !== undefined
  );
}

function lintVariables(
  { resources, conditions }: Statement,
  { version }: PolicyDocument,
): Finding[] {
  const texts = [...(resources?.of ?? []), ...conditions.flatMap(({ values }) => values)];
  if (version === '2012-10-17' || !texts.some((text) => text.includes('${'))) return [];
  return [warning('Version 2008-10-17 has no policy variables: ${…} is taken literally.')];
}

function actionMatcher(pattern: string): (action: string) => boolean {
  const tokens = readTemplate(pattern.toLowerCase(), { wildcards: true, variables: false });
  const matches = compileGlob(tokens.filter((token) => typeof token === 'number'));
  return (action) => matches(action.toLowerCase());
}

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

/** `error`: it would be refused. `warning`: it hardly says what was meant. `note`: worth knowing. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  /** Of which statement, counted from 1; of the whole policy, if absent. */
  readonly statement?: number;
  readonly text: string;
}

/** What there is to be named by policies. */
export interface Vocabulary {
  /** Every action of every service, as `kms:Encrypt`. */
  readonly actions: readonly string[];
  /** Every condition key, in lower case; a key that ends in `:` or `/` goes on with a name of the request's. */
  readonly conditionKeys: readonly string[];
  /** Those that can have several values. */
  readonly multiValued: ReadonlySet<string>;
}

/** What is wrong with a policy document, or may be. */
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
        'NotPrincipal with Deny excepts nobody who has a permissions boundary. A condition on aws:PrincipalArn is safer.',
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
        'Principal * without a condition allows everyone in this account, and in others as far as their policies do.',
      ),
    );
  }
  if (of.some(({ kind }) => kind === 'service'))
    findings.push(note('No AWS service calls Keyhold: service principals match nobody.'));
  if (of.some(({ kind }) => kind === 'unique-id'))
    findings.push(note('A unique id stands for a user or role that may be gone.'));
  return findings;
}

function lintActions({ effect, actions }: Statement, vocabulary: Vocabulary): Finding[] {
  if (!actions) return [warning('The statement has no Action: it has no effect.')];
  const findings: Finding[] = [];
  if (actions.negated && effect === 'Allow')
    findings.push(
      warning('NotAction with Allow allows every action that is not listed, also new ones.'),
    );
  for (const pattern of actions.of) {
    if (!vocabulary.actions.some(actionMatcher(pattern)))
      findings.push(warning(`${pattern} is no action that Keyhold has.`));
  }
  return findings;
}

function lintResources({ resources }: Statement, { kind }: PolicyDocument): Finding[] {
  if (kind === 'trust') return [];
  if (!resources) return [warning('The statement has no Resource: it has no effect.')];
  if (kind === 'key' && resources.of.some((one) => one !== '*'))
    return [note('In a key policy the resource is the key itself: write *.')];
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
      warning(`ForAllValues also holds where the request has no ${key}; add Null to require it.`),
    );
  }
  return [
    ...findings,
    ...values
      .filter((value) => !isComparable(name, value))
      .map((value) => warning(`${operator} can't compare with "${value}": nothing matches it.`)),
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

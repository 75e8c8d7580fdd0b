import { BoundedCache } from '../base/index.ts';
import { allOf, anyOf } from './any-of.ts';
import { compileArnPattern } from './arn-pattern.ts';
import type { CallerIdentity } from './caller-identity.ts';
import { compileCondition, type Holds } from './conditions/compile.ts';
import { noContext, type RequestContext } from './context.ts';
import type { Element, PolicyDocument, Statement } from './document.ts';
import {
  compilePrincipals,
  isStronger,
  type Names,
  type Naming,
  type UniqueIds,
} from './principal-pattern.ts';
import { compileTemplate, readTemplate } from './template.ts';

/** A request, as one policy evaluates it. */
export interface PolicyQuestion {
  readonly caller: CallerIdentity;
  /** The IAM action, in lower case. */
  readonly action: string;
  /**
   * An ARN, or `*` for what belongs to the account as a whole. Undefined matches any resource that
   * a statement names.
   */
  readonly resourceArn: string | undefined;
  readonly context: RequestContext;
  /**
   * True if the caller has a permissions boundary: `NotPrincipal` in a Deny then exempts nobody.
   */
  readonly bounded: boolean;
}

/** A policy document as closures, compiled once per document. */
export interface CompiledPolicy {
  readonly document: PolicyDocument;
  /** The unique IDs that were passed to `compilePolicy`. */
  readonly uniqueIds: UniqueIds | undefined;
  /** The condition keys that the policy tests, in lower case, except those in policy variables. */
  readonly conditionKeys: ReadonlySet<string>;
  /**
   * Returns the first Deny that covers the request and names the caller (if the policy names
   * principals), else the Allow that names the caller most directly.
   */
  verdict(question: PolicyQuestion): Verdict | undefined;
}

/**
 * The verdict of a policy, and the statement that led to it. `naming` is always `itself` if the
 * policy names no principals.
 */
export interface Verdict {
  readonly effect: 'allow' | 'deny';
  readonly naming: Naming;
  readonly statement: Statement;
}

interface CompiledStatement {
  readonly statement: Statement;
  readonly names: Names;
  readonly namesNot: boolean;
  readonly actions: (action: string) => boolean;
  readonly covers: (question: PolicyQuestion) => boolean;
}

interface Relevant {
  readonly denies: readonly CompiledStatement[];
  readonly allows: readonly CompiledStatement[];
}

/** Maximum number of actions whose statements are cached per policy: more than KMS has. */
const ACTIONS_KEPT = 128;

/**
 * Compiles a parsed policy into closures. `uniqueIds` pins the users and roles that it names.
 * @throws PolicyError if a condition's operator is unknown, which `parsePolicy` has ruled out
 * @example
 * ```ts
 * import { compilePolicy, parsePolicy } from 'src/policy/index.ts';
 *
 * const Condition = { Bool: { 'aws:SecureTransport': 'true' } };
 * const Statement = { Effect: 'Allow', Action: 'kms:*', Resource: '*', Condition };
 * const policy = compilePolicy(parsePolicy(JSON.stringify({ Statement }), 'identity'));
 * assert.deepEqual([...policy.conditionKeys], ['aws:securetransport']);
 * ```
 */
export function compilePolicy(document: PolicyDocument, uniqueIds?: UniqueIds): CompiledPolicy {
  const statements = document.statements
    .filter((statement) => hasEffect(statement, document))
    .map((one) => compileStatement(one, document, uniqueIds));
  const byAction = new BoundedCache<string, Relevant>(ACTIONS_KEPT);
  const relevantTo = (action: string): Relevant => {
    const known = byAction.get(action);
    if (known) return known;
    const relevant = statements.filter(({ actions }) => actions(action));
    const split = {
      denies: relevant.filter(({ statement }) => statement.effect === 'Deny'),
      allows: relevant.filter(({ statement }) => statement.effect === 'Allow'),
    };
    byAction.set(action, split);
    return split;
  };
  return {
    document,
    uniqueIds,
    conditionKeys: new Set(
      document.statements.flatMap(({ conditions }) =>
        conditions.map(({ key }) => key.toLowerCase()),
      ),
    ),
    verdict(question) {
      const { denies, allows } = relevantTo(question.action);
      return strongest(denies, question, 'deny') ?? strongest(allows, question, 'allow');
    },
  };
}

function hasEffect({ actions, resources }: Statement, { kind }: PolicyDocument): boolean {
  return actions !== undefined && (resources !== undefined || kind === 'trust');
}

function strongest(
  statements: readonly CompiledStatement[],
  question: PolicyQuestion,
  effect: Verdict['effect'],
): Verdict | undefined {
  let best: Verdict | undefined;
  for (const { statement, names, namesNot, covers } of statements) {
    const naming =
      effect === 'deny' && namesNot && question.bounded ? 'itself' : names(question.caller);
    if (naming === undefined || (best && !isStronger(naming, best.naming)) || !covers(question))
      continue;
    best = { effect, naming, statement };
    if (naming === 'itself' || effect === 'deny') return best;
  }
  return best;
}

function compileStatement(
  statement: Statement,
  { version }: PolicyDocument,
  uniqueIds: UniqueIds | undefined,
): CompiledStatement {
  const variables = version !== '2008-10-17';
  const { principals, actions, resources, conditions } = statement;
  const action = actions && compileElement(actions, compileAction);
  const holds = conditions.map((condition) => compileCondition(condition, variables));
  const tests = [
    ...(resources && !isEverything(resources) ? [resourceTest(resources, variables)] : []),
    ...holds.map(contextTest),
  ];
  return {
    statement,
    names: principals ? compilePrincipals(principals, uniqueIds) : () => 'itself',
    namesNot: principals?.negated === true,
    actions: (question) => action === undefined || action(question, undefined),
    covers: allOf(tests),
  };
}

function isEverything({ negated, of }: Element<string>): boolean {
  return !negated && of.includes('*');
}

function resourceTest(
  resources: Element<string>,
  variables: boolean,
): (question: PolicyQuestion) => boolean {
  const matches = compileElement(resources, (pattern) => compileArnPattern(pattern, variables));
  return ({ resourceArn, context }) => resourceArn === undefined || matches(resourceArn, context);
}

function contextTest(holds: Holds): (question: PolicyQuestion) => boolean {
  return ({ context }) => holds(context);
}

function compileAction(pattern: string): (action: string) => boolean {
  const matches = compileTemplate(
    readTemplate(pattern.toLowerCase(), { wildcards: true, variables: false }),
  );
  return (action) => matches(action, noContext);
}

/** Compiles an element into one test: any of its patterns, or none of them if it is negated. */
function compileElement<C>(
  { negated, of }: Element<string>,
  compile: (pattern: string) => (text: string, context: C) => boolean,
) {
  const matches = anyOf(of.map(compile));
  return negated ? (text: string, context: C): boolean => !matches(text, context) : matches;
}

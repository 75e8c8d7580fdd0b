import {
  MAX_POLICY_BYTES,
  PolicyError,
  type Element,
  type PolicyDocument,
  type PolicyKind,
  type Statement,
} from './document.ts';
import { listOf, object, optionalText, shown, texts, type Json } from './json.ts';
import { parseConditions } from './parse-conditions.ts';
import { parsePrincipals } from './principal-pattern.ts';

const VERSIONS = ['2008-10-17', '2012-10-17'] as const;
const DOCUMENT_ELEMENTS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const ACTION = /^(?:\*|(?:\*|[A-Za-z0-9-]+):[A-Za-z0-9*?]+)$/;
/** Form of a Sid, except in key policies, where it may contain spaces. */
const SID = /^[0-9A-Za-z]*$/;

/**
 * Parses a policy document. Source: "Grammar of the IAM JSON policy language" in the IAM User
 * Guide; "Key policies" in the AWS KMS Developer Guide.
 * @throws PolicyError if the text is not a policy of that kind
 * @example
 * ```ts
 * import { parsePolicy, PolicyError } from 'src/policy/index.ts';
 *
 * const text = '{"Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}}';
 * const { version, statements } = parsePolicy(text, 'identity');
 * assert.equal(version, '2008-10-17');
 * assert.deepEqual(statements[0]?.actions, { negated: false, of: ['kms:Decrypt'] });
 * assert.throws(() => parsePolicy(text, 'key'), PolicyError, 'a key policy names principals');
 * ```
 */
export function parsePolicy(text: string, kind: PolicyKind = 'key'): PolicyDocument {
  if (Buffer.byteLength(text, 'utf8') > MAX_POLICY_BYTES)
    throw new PolicyError(`The policy must not exceed ${MAX_POLICY_BYTES} bytes.`);
  const document = object(parseJson(text), 'The policy');
  requireKnown(document, DOCUMENT_ELEMENTS);
  const { Version = '2008-10-17', Id, Statement } = document;
  const version = VERSIONS.find((known) => known === Version);
  if (!version) throw new PolicyError('The policy must contain a valid version string.');
  if (Statement === undefined) throw new PolicyError('Missing required field Statement');
  const statements = listOf(Statement).map((one) => parseStatement(one, kind));
  requireUniqueSids(statements);
  return { kind, version, ...optionalText('id', 'Id', Id), statements };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError('This policy contains invalid Json');
  }
}

function parseStatement(given: unknown, kind: PolicyKind): Statement {
  const json = object(given, 'Each Statement');
  requireKnown(json, STATEMENT_ELEMENTS);
  const { Sid, Effect, Condition } = json;
  if (Effect !== 'Allow' && Effect !== 'Deny')
    throw new PolicyError('Effect must be Allow or Deny.');
  if (kind !== 'key' && typeof Sid === 'string' && !SID.test(Sid)) {
    throw new PolicyError(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  const principals = element(json, 'Principal', parsePrincipals);
  const actions = element(json, 'Action', (value) => texts(value, 'Action').map(checkedAction));
  const resources = element(json, 'Resource', (value) =>
    texts(value, 'Resource').map(checkedResource),
  );
  requireElements({ principals, actions, resources }, kind);
  return {
    ...optionalText('sid', 'Sid', Sid),
    effect: Effect,
    ...(principals && { principals }),
    ...(actions && { actions }),
    ...(resources && { resources }),
    conditions: Condition === undefined ? [] : parseConditions(Condition, { effect: Effect, kind }),
  };
}

/** Parses an element or its negation. A statement can have only one of them. */
function element<T>(
  json: Json,
  name: string,
  parse: (value: unknown) => readonly T[],
): Element<T> | undefined {
  const negation = `Not${name}`;
  if (json[name] !== undefined && json[negation] !== undefined)
    throw new PolicyError(`A Statement can't have both ${name} and ${negation}.`);
  if (json[name] !== undefined) return { negated: false, of: parse(json[name]) };
  return json[negation] === undefined ? undefined : { negated: true, of: parse(json[negation]) };
}

/**
 * Rejects statements with missing or prohibited elements. In key policies, a statement without an
 * Action or a Resource is kept and has no effect.
 */
function requireElements({ principals, actions, resources }: Parts, kind: PolicyKind): void {
  if (kind === 'identity') {
    if (principals) throw new PolicyError('Policy document should not specify a principal.');
    if (!actions) throw new PolicyError('Policy statement must contain actions.');
    if (!resources) throw new PolicyError('Policy statement must contain resources.');
    return;
  }
  if (!principals)
    throw new PolicyError(
      kind === 'key'
        ? 'Each Statement of a key policy must have a Principal.'
        : 'Missing required field Principal',
    );
  if (kind === 'trust' && resources) throw new PolicyError('Has prohibited field Resource');
  if (kind === 'trust' && !actions) throw new PolicyError('Missing required field Action');
}

interface Parts {
  readonly principals: Statement['principals'] | undefined;
  readonly actions: Statement['actions'] | undefined;
  readonly resources: Statement['resources'] | undefined;
}

function checkedAction(action: string): string {
  if (!ACTION.test(action))
    throw new PolicyError(
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    );
  return action;
}

function checkedResource(resource: string): string {
  if (resource !== '*' && !resource.startsWith('arn:'))
    throw new PolicyError(`Resource ${shown(resource)} must be in ARN format or "*".`);
  return resource;
}

function requireKnown(json: Json, known: ReadonlySet<string>): void {
  if (Object.keys(json).some((name) => !known.has(name)))
    throw new PolicyError('Syntax errors in policy.');
}

function requireUniqueSids(statements: readonly Statement[]): void {
  const sids = statements.flatMap(({ sid }) => (sid ? [sid] : []));
  if (new Set(sids).size < sids.length)
    throw new PolicyError('Statement IDs (SID) in a single policy must be unique.');
}

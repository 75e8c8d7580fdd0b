import { MAX_POLICY_BYTES, PolicyError, type PolicyDocument, type PolicyKind, type Statement } from './document.ts';
import { parsePrincipals } from './principal-pattern.ts';

type Json = Readonly<Record<string, unknown>>;

const VERSIONS = ['2008-10-17', '2012-10-17'] as const;
const DOCUMENT_ELEMENTS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource']);
/** Known to IAM and not to us yet. Ignoring one would allow what it forbids, so the whole document is refused. */
const LATER = new Set(['NotPrincipal', 'NotAction', 'NotResource', 'Condition']);
const ACTION = /^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;
const ARN_PARTS = 6;

/**
 * Reads a policy document. `kind` says whether statements must name principals (key policies) or must not.
 * @throws PolicyError
 */
export function parsePolicy(text: string, kind: PolicyKind = 'key'): PolicyDocument {
  if (Buffer.byteLength(text, 'utf8') > MAX_POLICY_BYTES) throw new PolicyError(`The policy must not exceed ${MAX_POLICY_BYTES} bytes.`);
  const document = jsonObject(parseJson(text), 'The policy');
  requireKnown(document, DOCUMENT_ELEMENTS, 'the policy');
  const { Version = '2008-10-17', Id, Statement } = document;
  const version = VERSIONS.find((known) => known === Version);
  if (!version) throw new PolicyError(`Version must be ${VERSIONS.join(' or ')}.`);
  if (Statement === undefined) throw new PolicyError('The policy has no Statement.');
  const statements = listOf(Statement).map((one) => parseStatement(one, kind));
  if (version === '2012-10-17') statements.forEach(refuseVariables);
  return { version, ...optionalText('id', 'Id', Id), statements };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError('The policy is not valid JSON.');
  }
}

function parseStatement(json: unknown, kind: PolicyKind): Statement {
  const { Sid, Effect, Principal, Action, Resource, ...others } = jsonObject(json, 'Each Statement');
  requireKnown(others, STATEMENT_ELEMENTS, 'a Statement');
  if (Effect !== 'Allow' && Effect !== 'Deny') throw new PolicyError('Effect must be Allow or Deny.');
  if (kind === 'key' && Principal === undefined) throw new PolicyError('Each Statement of a key policy must have a Principal.');
  if (kind === 'identity' && Principal !== undefined) throw new PolicyError('An identity policy must not have a Principal.');
  return {
    ...optionalText('sid', 'Sid', Sid),
    effect: Effect,
    principals: Principal === undefined ? [] : parsePrincipals(Principal),
    actions: texts(Action, 'Action').map(checkedAction),
    resources: texts(Resource, 'Resource').map(checkedResource),
  };
}

function checkedAction(action: string): string {
  if (!ACTION.test(action)) throw new PolicyError('Each Action must be * or a service prefix, a colon and a name, as in kms:Encrypt.');
  return action;
}

function checkedResource(resource: string): string {
  const arn = resource.startsWith('arn:') && resource.split(':').length >= ARN_PARTS;
  if (resource !== '*' && !arn) throw new PolicyError('Each Resource must be * or an ARN.');
  return resource;
}

/** From version 2012-10-17 on, `${…}` in a Resource is a variable; taken literally it would silently match nothing. */
function refuseVariables({ resources }: Statement): void {
  if (resources.some((resource) => resource.includes('${'))) throw new PolicyError('Policy variables are not supported yet.');
}

function requireKnown(json: Json, known: ReadonlySet<string>, where: string): void {
  for (const name of Object.keys(json)) {
    if (known.has(name)) continue;
    if (LATER.has(name)) throw new PolicyError(`${name} is not supported yet.`);
    throw new PolicyError(`There is an element in ${where} that policies don't have.`);
  }
}

function optionalText<K extends string>(name: K, element: string, value: unknown): { readonly [N in K]?: string } {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw new PolicyError(`${element} must be a string.`);
  // A computed name widens to an index signature; it is exactly `name`.
  return { [name]: value } as { readonly [N in K]?: string };
}

function jsonObject(json: unknown, what: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new PolicyError(`${what} must be a JSON object.`);
  return json as Json;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** One string or a list of them; none if the element is absent. */
function texts(value: unknown, element: string): readonly string[] {
  if (value === undefined) return [];
  return listOf(value).map((one) => {
    if (typeof one !== 'string') throw new PolicyError(`${element} must be a string or a list of strings.`);
    return one;
  });
}

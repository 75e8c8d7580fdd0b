import type { ServiceName } from '../contract/index.ts';
import { KmsError, type ErrorName } from '../domain/index.ts';
import { authorize, denialText, type CompiledPolicy, type PrincipalPolicies, type RequestContext } from '../policy/index.ts';
import type { Facts } from './conditions/facts.ts';
import { requestContext } from './conditions/request-context.ts';
import type { Operation, Target, Targets } from './operation.ts';
import type { PerformRequest } from './perform.ts';
import type { Found } from './resolve.ts';
import type { Services } from './services.ts';

/** CloudHSM has a name of its own for it. */
const accessDenied: Record<ServiceName, ErrorName> = {
  kms: 'AccessDeniedException',
  cloudhsm: 'CloudHsmAccessDeniedException',
  iam: 'AccessDeniedException',
  sts: 'AccessDeniedException',
  keyhold: 'AccessDeniedException',
};

/** A request with all its targets found. */
export interface Course {
  readonly operation: Operation;
  readonly request: PerformRequest;
  readonly wanted: Targets;
  readonly found: Readonly<Record<string, Found>>;
}

/** Whether the caller may do the operation to the target of that name. @throws KmsError AccessDeniedException, in AWS's words */
export async function authorizeTarget(services: Services, course: Course, name: string): Promise<void> {
  const { operation, request } = course;
  const { target, found } = named(course, name);
  if (target.on === 'iam' && target.decidedBy === 'handler') return;
  const { caller, policies } = request;
  const action = target.action ?? operation.action;
  const decision = authorize({
    principal: caller,
    action,
    resourceArn: found.arn,
    resourceAccount: found.scope.account,
    policies,
    context: await contextOf(services, course, name, action),
    ...(found.kind === 'key' && { keyPolicy: found.policy }),
    ...(found.kind === 'iam' && found.trustPolicy && { keyPolicy: found.trustPolicy }),
  });
  if (decision.allowed) return;
  throw new KmsError(accessDenied[operation.service], denialText(decision, { principal: caller, action, resourceArn: found.arn }));
}

/** What the request shows to conditions when it asks for `action` on the target of that name. */
export async function contextOf(services: Services, course: Course, name: string, action: string): Promise<RequestContext> {
  const { request, found: all } = course;
  const { target, found } = named(course, name);
  const facts: Facts = { request, action, target, found, all, now: services.clock.now(), aliases: undefined };
  const wantsAliases = found.kind === 'key' && asksForAliases(request.policies, found.policy);
  return requestContext(wantsAliases ? { ...facts, aliases: await aliasesOf(services, found) } : facts);
}

function named({ operation, wanted, found }: Course, name: string): { readonly target: Target; readonly found: Found } {
  const target = wanted[name];
  const one = found[name];
  if (!target || !one) throw new Error(`${operation.name} has no target ${name}`);
  return { target, found: one };
}

const RESOURCE_ALIASES = 'kms:resourcealiases';
/** With more aliases than this the condition key is inoperative. Source: "kms:ResourceAliases", KMS Developer Guide. */
const MAX_ALIASES = 50;

function asksForAliases({ identity, boundary, session, serviceControl }: PrincipalPolicies, keyPolicy: CompiledPolicy): boolean {
  const asks = ({ conditionKeys }: CompiledPolicy): boolean => conditionKeys.has(RESOURCE_ALIASES);
  return (
    asks(keyPolicy) || identity.some(asks) || (boundary && asks(boundary)) || session?.some(asks) || serviceControl?.some(asks) || false
  );
}

async function aliasesOf({ store }: Services, { key }: Extract<Found, { kind: 'key' }>): Promise<string[] | undefined> {
  const rows = await store.read((reader) =>
    reader.find('aliases', 'byKey', [key.account, key.region, key.keyId], { limit: MAX_ALIASES + 1 }),
  );
  if (rows.length === 0 || rows.length > MAX_ALIASES) return undefined;
  return rows.map(({ name }) => name);
}

import { KmsError, type KeyRow, type Scope } from '../domain/index.ts';
import { requireGrantTokens } from './grants/grant-token.ts';
import type { Counted } from './limits/request-limits.ts';
import type { Call, Operation, ResolvedTargets, Target, Targets } from './operation.ts';
import { auditCall, type Outcome } from './pipeline/audit-call.ts';
import { authorizeTarget, contextOf } from './pipeline/authorize-target.ts';
import { checkKey } from './pipeline/check-key.ts';
import { apiError } from './pipeline/key-store-errors.ts';
import { resolveTarget } from './pipeline/resolve-target.ts';
import { registry } from './registry.ts';
import type { Perform, PerformRequest } from './request.ts';
import type { Asker, Course, Found } from './resolved-target.ts';
import type { Services } from './services.ts';

/**
 * The inner half of a request (meaning): resolve the targets, authorise, check key states, run, and leave an audit
 * record whatever came of it. It knows nothing of HTTP; whoever calls it with a principal gets the same rules.
 */
export function createPerform(services: Services): Perform {
  return async (request) => {
    const operation = registry[request.service].get(request.operation);
    if (!operation) throw new KmsError('UnknownOperationException');
    services.identity.noteUse(request.caller.accessKeyId, request.region, request.service);
    const outcome: Outcome = { found: {}, noted: {} };
    let output: object;
    try {
      output = await run(services, operation, request, outcome);
    } catch (error) {
      await auditCall(services, operation, request, outcome, undefined, error).written;
      throw error;
    }
    const { eventId, written } = auditCall(services, operation, request, outcome, output);
    await written;
    if (operation.tracked) noteUse(services, operation, request, { outcome, eventId });
    return output;
  };
}

/** A success that counts as a use, of all the keys that it took. */
function noteUse(
  { keyUses, clock }: Services,
  { name }: Operation,
  { requestId }: PerformRequest,
  { outcome, eventId }: { readonly outcome: Outcome; readonly eventId: string },
): void {
  for (const target in outcome.found) {
    const found = outcome.found[target];
    if (found?.kind === 'key')
      keyUses.note(found.key, { operation: name, date: clock.now(), eventId, requestId });
  }
}

async function run(
  services: Services,
  operation: Operation,
  request: PerformRequest,
  outcome: Outcome,
): Promise<object> {
  if (request.refusal) throw request.refusal;
  const scope: Scope = { account: request.caller.account, region: request.region };
  const wanted = operation.targets(request.input, request.caller);
  for (const name in wanted) {
    const target = wanted[name];
    if (!target) continue;
    const found = resolveTarget(services, askerOf(operation, target, request, scope), target);
    outcome.found[name] = found instanceof Promise ? await found : found;
  }
  const course: Course = { operation, request, wanted, found: outcome.found };
  const tokens = requireGrantTokens(services.store, request);
  if (tokens) await tokens;
  for (const name in outcome.found) {
    const allowed = authorizeTarget(services, course, name);
    if (allowed) await allowed;
  }
  for (const name in wanted) {
    const target = wanted[name];
    const found = outcome.found[name];
    if (target && found) checkKey(services, operation, target, found);
  }
  if (request.service === 'kms')
    services.limits.require(countedOf(operation, request, outcome.found));
  const call: Call = {
    caller: request.caller,
    scope,
    requestId: request.requestId,
    note: (data) => Object.assign(outcome.noted, data),
    identify: (caller) => (outcome.caller = caller),
    conditions: (action, name) => contextOf(services, course, name, action),
  };
  try {
    return await operation.handle(services, request.input, authorizedTargets(outcome.found), call);
  } catch (error) {
    throw apiError(error, failedOn(outcome.found, request.input));
  }
}

function countedOf(
  operation: Operation,
  { caller, region, input }: PerformRequest,
  found: Readonly<Record<string, Found>>,
): Counted {
  const keys: KeyRow[] = [];
  for (const name in found) {
    const one = found[name];
    if (one?.kind === 'key') keys.push(one.key);
  }
  return {
    operation: operation.name,
    cryptographic: operation.tracked,
    account: caller.account,
    region,
    keys,
    input,
  };
}

function askerOf(
  operation: Operation,
  target: Target,
  { caller }: PerformRequest,
  scope: Scope,
): Asker {
  return { caller, scope, action: target.action ?? operation.action };
}

/** The brand is given here and nowhere else, to targets that came through all of the above. */
function authorizedTargets(found: Readonly<Record<string, Found>>): ResolvedTargets<Targets> {
  return found as unknown as ResolvedTargets<Targets>;
}

/** The key that a failure of its key store is about; for a key that is only being made, the store that the caller named. */
function failedOn(
  found: Readonly<Record<string, Found>>,
  input: object,
): { readonly arn: string; readonly custom: boolean } {
  for (const name in found) {
    const one = found[name];
    if (one?.kind === 'key' && one.key.customKeyStoreId !== undefined)
      return { arn: one.arn, custom: true };
  }
  for (const name in found) {
    const one = found[name];
    if (one?.kind === 'key') return { arn: one.arn, custom: false };
  }
  return { arn: 'The key', custom: 'CustomKeyStoreId' in input };
}

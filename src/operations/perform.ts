import type { ServiceName } from '../contract/index.ts';
import { KmsError, type KeyRow, type Scope } from '../domain/index.ts';
import { requireGrantTokens } from './grants/grant-token.ts';
import type { CountedRequest } from './limits/request-limits.ts';
import type { AuthorizedTargets, CallContext, Operation, Target, Targets } from './operation.ts';
import { auditCall, type AuditInputs } from './pipeline/audit-call.ts';
import { authorizeTarget, contextOf } from './pipeline/authorize-target.ts';
import { checkKey } from './pipeline/check-key.ts';
import { apiError } from './pipeline/key-store-errors.ts';
import { resolveTarget } from './pipeline/resolve-target.ts';
import { registry } from './registry.ts';
import type { Perform, PerformRequest } from './request.ts';
import type { LookupContext, ResolvedRequest, ResolvedTargets } from './resolved-target.ts';
import { ChangedMeanwhile, guardedStore, type RowRef } from './row-ref.ts';
import type { Services } from './services.ts';
import { rowsOf } from './target-rows.ts';

/**
 * Creates the inner half of a request: resolve the targets, authorize them, check key states, run
 * the handler, and write an audit record, whatever the result. It knows nothing of HTTP: every
 * caller that hands it a principal gets the same rules.
 */
export function createPerform(services: Services): Perform {
  return async (request) => {
    const operation = registry[request.service].get(request.operation);
    if (!operation) throw new KmsError('UnknownOperationException');
    services.identity.noteAccessKeyUse(request.caller.accessKeyId, request.region, request.service);
    const auditInputs: AuditInputs = { resolved: {}, additionalEventData: {} };
    let output: object;
    try {
      output = await run(services, operation, request, auditInputs);
    } catch (error) {
      await auditCall(services, operation, request, auditInputs, undefined, error).written;
      throw error;
    }
    const { eventId, written } = auditCall(services, operation, request, auditInputs, output);
    await written;
    if (operation.tracked) {
      const use = { date: services.clock.now(), eventId, requestId: request.requestId };
      for (const key of keysOf(auditInputs.resolved))
        services.keyUses.note(key, { operation: operation.name, ...use });
    }
    return output;
  };
}

async function run(
  services: Services,
  operation: Operation,
  request: PerformRequest,
  auditInputs: AuditInputs,
): Promise<object> {
  if (request.inputError) throw request.inputError;
  const scope: Scope = { account: request.caller.account, region: request.region };
  const targets = operation.targets(request.input, request.caller);
  const { resolved } = auditInputs;
  for (const name in targets) {
    const target = targets[name];
    if (!target) continue;
    const found = resolveTarget(services, lookupContext(operation, target, request, scope), target);
    resolved[name] = found instanceof Promise ? await found : found;
  }
  const resolvedRequest: ResolvedRequest = { operation, request, targets, resolved };
  const tokens = requireGrantTokens(services.store, request);
  if (tokens) await tokens;
  for (const name in resolved) {
    const allowed = authorizeTarget(services, resolvedRequest, name);
    if (allowed) await allowed;
  }
  for (const name in targets) {
    const target = targets[name];
    const found = resolved[name];
    if (target && found) checkKey(services, operation, target, found);
  }
  if (request.service === 'kms')
    services.limits.require(countedRequest(operation, request, resolved));
  const call: CallContext = {
    caller: request.caller,
    scope,
    requestId: request.requestId,
    note: (data) => Object.assign(auditInputs.additionalEventData, data),
    identify: (caller) => (auditInputs.caller = caller),
    conditions: (action, name) => contextOf(services, resolvedRequest, name, action),
  };
  try {
    return await operation.handle(
      { ...services, store: guardedStore(services.store, () => rowsOfAll(resolved)) },
      request.input,
      authorizedTargets(resolved),
      call,
    );
  } catch (error) {
    if (error instanceof ChangedMeanwhile) throw changedMeanwhile(operation.service, error);
    throw apiError(error, failedKey(resolved, request.input));
  }
}

function rowsOfAll(resolved: ResolvedTargets): RowRef[] {
  return Object.values(resolved).flatMap(rowsOf);
}

/** Returns the error for a call whose resource was replaced meanwhile. Clients repeat the call. */
function changedMeanwhile(service: ServiceName, cause: ChangedMeanwhile): KmsError {
  if (service === 'iam') {
    return new KmsError(
      'ConcurrentModification',
      'The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again.',
      { cause },
    );
  }
  return new KmsError(
    'ServiceUnavailableException',
    'The resource was changed by another request. Try again.',
    { cause },
  );
}

function lookupContext(
  operation: Operation,
  target: Target,
  { caller }: PerformRequest,
  scope: Scope,
): LookupContext {
  return { caller, scope, action: target.action ?? operation.action };
}

function countedRequest(
  operation: Operation,
  { caller, region, input }: PerformRequest,
  resolved: ResolvedTargets,
): CountedRequest {
  return {
    operation: operation.name,
    cryptographic: operation.tracked,
    account: caller.account,
    region,
    keys: keysOf(resolved),
    input,
  };
}

function keysOf(resolved: ResolvedTargets): KeyRow[] {
  const keys: KeyRow[] = [];
  for (const name in resolved) {
    const target = resolved[name];
    if (target?.kind === 'key') keys.push(target.key);
  }
  return keys;
}

/**
 * Casts resolved targets to authorized ones. This is the only cast to `Authorized` in the code, and
 * nothing but this file's order of steps justifies it: `run` calls it after `authorizeTarget` and
 * `checkKey` have returned for every target. It checks nothing itself. A target with
 * `decidedBy: 'handler'` carries the brand too, and its handler authorizes the caller.
 */
function authorizedTargets(resolved: ResolvedTargets): AuthorizedTargets<Targets> {
  return resolved as unknown as AuthorizedTargets<Targets>;
}

/**
 * Returns the key that a failure of a key store is reported for: the first in a custom key store,
 * else the first. A request that is creating a key has none yet; the key store that it names
 * counts.
 */
function failedKey(
  resolved: ResolvedTargets,
  input: object,
): { readonly arn: string; readonly custom: boolean } {
  for (const name in resolved) {
    const target = resolved[name];
    if (target?.kind === 'key' && target.key.customKeyStoreId !== undefined)
      return { arn: target.arn, custom: true };
  }
  for (const name in resolved) {
    const target = resolved[name];
    if (target?.kind === 'key') return { arn: target.arn, custom: false };
  }
  return { arn: 'The key', custom: 'CustomKeyStoreId' in input };
}

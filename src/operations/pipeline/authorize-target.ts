import { whenReady } from '../../base/index.ts';
import type { Request, ServiceName } from '../../contract/index.ts';
import { KmsError, type ErrorName, type GrantRow } from '../../domain/index.ts';
import {
  authorize,
  callerIdentity,
  compilePolicy,
  denialText,
  parsePolicy,
  type AccessRequest,
  type Decision,
  type PrincipalPolicies,
  type RequestContext,
} from '../../policy/index.ts';
import type { GrantQuestion } from '../caches/grant-index.ts';
import type { ConditionInputs } from '../conditions/condition-inputs.ts';
import { encryptionContext } from '../conditions/encryption-context.ts';
import { readInputs } from '../conditions/read-inputs.ts';
import { requestContext } from '../conditions/request-context.ts';
import { decideWithGrants } from '../grants/decide.ts';
import { retirementVerdict } from '../grants/granted.ts';
import { targetNamed, type ResolvedRequest } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { backupRef } from '../target-rows.ts';
import { unknownCiphertext } from './find-key.ts';

const KMS = 'kms:';

/** The access-denied error of each service. Only CloudHSM's has a name of its own. */
const accessDenied: Record<ServiceName, ErrorName> = {
  kms: 'AccessDeniedException',
  cloudhsm: 'CloudHsmAccessDeniedException',
  cloudtrail: 'AccessDeniedException',
  iam: 'AccessDeniedException',
  sts: 'AccessDeniedException',
  keyhold: 'AccessDeniedException',
};

/**
 * Authorizes the caller for the operation on one target. Throws at once if the decision needs no
 * I/O, else through the promise.
 * @throws KmsError AccessDeniedException, in AWS's words
 */
export function authorizeTarget(
  services: Services,
  resolvedRequest: ResolvedRequest,
  name: string,
): void | Promise<void> {
  const { operation, request } = resolvedRequest;
  const { target, resolved } = targetNamed(resolvedRequest, name);
  if (target.on === 'iam' && target.decidedBy === 'handler') return;
  const { caller, policies } = request;
  if (operation.service === 'iam' && caller.session && caller.session.roleArn === undefined)
    throw noSessionOfUser();
  const action = target.action ?? operation.action;
  const decision = whenReady(readInputs(services, resolvedRequest, name, action), (inputs) =>
    decide(services, inputs, policies),
  );
  return whenReady(decision, (decision) => {
    if (decision.allowed) return;
    // A ciphertext under another account's key must be indistinguishable from one under an unknown
    // key.
    if (decision.because === 'hidden' && target.on === 'ciphertext' && target.id === undefined)
      throw unknownCiphertext();
    if (decision.because === 'hidden' && resolved.kind === 'backup')
      throw backupRef(resolved).missing();
    throw new KmsError(
      accessDenied[operation.service],
      denialText(decision, { principal: caller, action, resourceArn: resolved.arn }),
    );
  });
}

function accessOf(inputs: ConditionInputs, policies: PrincipalPolicies): AccessRequest {
  const { action, resolved } = inputs;
  return {
    principal: inputs.request.caller,
    action,
    resourceArn: resolved.arn,
    resourceAccount: resolved.scope.account,
    policies,
    context: requestContext(inputs),
    ...(resolved.kind === 'key' && { resourcePolicy: resolved.policy }),
    ...(resolved.kind === 'iam' &&
      resolved.trustPolicy && { resourcePolicy: resolved.trustPolicy }),
    ...(resolved.kind === 'backup' && resolved.policy && { resourcePolicy: resolved.policy }),
  };
}

/**
 * Rejects sessions of users, which can call IAM only with multi-factor authentication. Source:
 * "GetSessionToken", AWS STS API Reference.
 */
function noSessionOfUser(): KmsError {
  return new KmsError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid',
  );
}

function decide(
  { grants }: Services,
  inputs: ConditionInputs,
  policies: PrincipalPolicies,
): Decision | Promise<Decision> {
  const { resolved, action } = inputs;
  const access = accessOf(inputs, policies);
  if (resolved.kind === 'key' && resolved.grant) return decideRetirement(access, resolved.grant);
  const grantable = resolved.kind === 'key' && action.startsWith(KMS);
  return decideWithGrants(
    grants,
    access,
    grantable ? { key: resolved.key, question: questionOf(inputs) } : undefined,
  );
}

const nothing = compilePolicy(parsePolicy('{"Statement":[]}'));

/**
 * Decides RetireGrant. The grant determines who may retire it, regardless of who owns the key; only
 * the caller's own policies can deny it.
 */
function decideRetirement(access: AccessRequest, grant: GrantRow): Decision {
  const { account: resourceAccount } = access.principal;
  return authorize(
    { ...access, resourceAccount, resourcePolicy: nothing },
    retirementVerdict(grant, callerIdentity(access.principal)),
  );
}

/**
 * Returns the request context that conditions would see if the request asked for `action` on the
 * named target.
 */
export async function contextOf(
  services: Services,
  resolvedRequest: ResolvedRequest,
  name: string,
  action: string,
): Promise<RequestContext> {
  return requestContext(await readInputs(services, resolvedRequest, name, action));
}

function questionOf(inputs: ConditionInputs): GrantQuestion {
  const operation = inputs.action.slice(KMS.length);
  if (operation !== 'CreateGrant')
    return { operation, encryptionContext: encryptionContext(inputs), child: undefined };
  // The decoder built the input of CreateGrant from the contract.
  const { Operations, Constraints } = inputs.request.input as Request<'kms', 'CreateGrant'>;
  return {
    operation,
    encryptionContext: undefined,
    child: { operations: Operations, ...(Constraints && { constraints: Constraints }) },
  };
}

import { whenReady } from '../../base/index.ts';
import type { Request, ServiceName } from '../../contract/index.ts';
import { KmsError, type ErrorName, type GrantRow } from '../../domain/index.ts';
import {
  authorize,
  compilePolicy,
  denialText,
  parsePolicy,
  whoIs,
  type Access,
  type Decision,
  type PrincipalPolicies,
  type RequestContext,
} from '../../policy/index.ts';
import type { GrantQuestion } from '../caches/grant-index.ts';
import type { Facts } from '../conditions/condition-inputs.ts';
import { encryptionContext } from '../conditions/encryption-context.ts';
import { factsOf } from '../conditions/read-inputs.ts';
import { requestContext } from '../conditions/request-context.ts';
import { decideWithGrants } from '../grants/decide.ts';
import { retirementVerdict } from '../grants/granted.ts';
import { named, type Course } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { unknownCiphertext } from './find-key.ts';

const KMS = 'kms:';

/** CloudHSM has a name of its own for it. */
const accessDenied: Record<ServiceName, ErrorName> = {
  kms: 'AccessDeniedException',
  cloudhsm: 'CloudHsmAccessDeniedException',
  cloudtrail: 'AccessDeniedException',
  iam: 'AccessDeniedException',
  sts: 'AccessDeniedException',
  keyhold: 'AccessDeniedException',
};

/**
 * Whether the caller may do the operation to the target of that name: known when this returns, or when its promise resolves.
 * @throws KmsError AccessDeniedException, in AWS's words
 */
export function authorizeTarget(
  services: Services,
  course: Course,
  name: string,
): void | Promise<void> {
  const { operation, request } = course;
  const { target, found } = named(course, name);
  if (target.on === 'iam' && target.decidedBy === 'handler') return;
  const { caller, policies } = request;
  if (operation.service === 'iam' && caller.session && caller.session.roleArn === undefined)
    throw noSessionOfUser();
  const action = target.action ?? operation.action;
  const asked = whenReady(factsOf(services, course, name, action), (facts) =>
    decide(services, facts, policies),
  );
  return whenReady(asked, (decision) => {
    if (decision.allowed) return;
    // A ciphertext under another account's key must look like one under no key at all.
    if (decision.because === 'hidden' && target.on === 'ciphertext' && target.id === undefined)
      throw unknownCiphertext();
    throw new KmsError(
      accessDenied[operation.service],
      denialText(decision, { principal: caller, action, resourceArn: found.arn }),
    );
  });
}

function accessOf(facts: Facts, policies: PrincipalPolicies): Access {
  const { action, found } = facts;
  return {
    principal: facts.request.caller,
    action,
    resourceArn: found.arn,
    resourceAccount: found.scope.account,
    policies,
    context: requestContext(facts),
    ...(found.kind === 'key' && { resourcePolicy: found.policy }),
    ...(found.kind === 'iam' && found.trustPolicy && { resourcePolicy: found.trustPolicy }),
  };
}

/** Source: "GetSessionToken", AWS STS API Reference: such credentials call IAM only with multi-factor authentication. */
function noSessionOfUser(): KmsError {
  return new KmsError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid',
  );
}

function decide(
  { grants }: Services,
  facts: Facts,
  policies: PrincipalPolicies,
): Decision | Promise<Decision> {
  const { found, action } = facts;
  const access = accessOf(facts, policies);
  if (found.kind === 'key' && found.grant) return decideRetirement(access, found.grant);
  const grantable = found.kind === 'key' && action.startsWith(KMS);
  return decideWithGrants(
    grants,
    access,
    grantable ? { key: found.key, question: questionOf(facts) } : undefined,
  );
}

const nothing = compilePolicy(parsePolicy('{"Statement":[]}'));

/** Who may retire a grant is the grant's affair, whosever key it is; only the caller's own policies can deny it. */
function decideRetirement(access: Access, grant: GrantRow): Decision {
  const { account: resourceAccount } = access.principal;
  return authorize(
    { ...access, resourceAccount, resourcePolicy: nothing },
    retirementVerdict(grant, whoIs(access.principal)),
  );
}

/** What the request shows to conditions when it asks for `action` on the target of that name. */
export async function contextOf(
  services: Services,
  course: Course,
  name: string,
  action: string,
): Promise<RequestContext> {
  return requestContext(await factsOf(services, course, name, action));
}

function questionOf(facts: Facts): GrantQuestion {
  const operation = facts.action.slice(KMS.length);
  if (operation !== 'CreateGrant')
    return { operation, encryptionContext: encryptionContext(facts), child: undefined };
  // The contract's decoder made the input of CreateGrant.
  const { Operations, Constraints } = facts.request.input as Request<'kms', 'CreateGrant'>;
  return {
    operation,
    encryptionContext: undefined,
    child: { operations: Operations, ...(Constraints && { constraints: Constraints }) },
  };
}

import type { Response } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';
import type { PrincipalWithPolicies } from '../../identity/index.ts';
import { denialText } from '../../policy/index.ts';
import { aliasNames } from '../conditions/read-inputs.ts';
import { defineOperation } from '../operation.ts';
import type { ResolvedTarget } from '../resolved-target.ts';
import type { Services } from '../services.ts';
import { accessCauses } from '../simulation/causes.ts';
import {
  decideHypothetically,
  type HypotheticalDecision,
  type HypotheticalRequest,
} from '../simulation/decide-hypothetically.ts';
import { keyTarget, resolveAgain } from '../simulation/key-target.ts';
import { requireAction } from '../simulation/known-actions.ts';

/**
 * Explains the access of a principal of the caller's account. The caller must be allowed to read
 * the key's policy.
 */
export const ExplainAccess = defineOperation('keyhold', 'ExplainAccess', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    service: { on: 'service' },
    key: KeyId === undefined ? undefined : keyTarget(KeyId),
  }),
  async handle(services, input, { service: { scope }, key }) {
    if (key && input.ResourceArn !== undefined)
      throw new KmsError('ValidationException', 'Specify KeyId or ResourceArn, not both.');
    const action = requireAction(input.Action);
    const subject = await principalOf(services, scope.account, input.PrincipalArn);
    const resolved: ResolvedTarget = key
      ? await resolveAgain(services, key)
      : {
          kind: 'service',
          scope: { ...scope, account: accountOf(input.ResourceArn) ?? scope.account },
          arn: input.ResourceArn ?? '*',
        };
    const question: HypotheticalRequest = {
      subject,
      action,
      region: scope.region,
      resolved,
      now: services.clock.now(),
      aliases: resolved.kind === 'key' ? await aliasNames(services, resolved) : undefined,
      given: input.Context ?? {},
    };
    return explained(question, await decideHypothetically(services, question));
  },
});

function accountOf(arn = ''): string | undefined {
  const account = arn.split(':')[4];
  return account === '' ? undefined : account;
}

async function principalOf(
  { store, identity }: Services,
  account: string,
  arn: string,
): Promise<PrincipalWithPolicies> {
  const subject = await store.read((reader) => identity.principals.byArn(reader, arn));
  // Do not disclose whether a principal of another account exists.
  if (subject?.principal.account === account) return subject;
  throw new KmsError('NotFoundException', `There is no principal ${arn} in this account.`);
}

function explained(
  { subject, action, resolved }: HypotheticalRequest,
  { decision, unknown }: HypotheticalDecision,
): Response<'keyhold', 'ExplainAccess'> {
  const { principal } = subject;
  return {
    Decision: decision.allowed ? 'ALLOWED' : 'DENIED',
    Reason: decision.allowed
      ? `User: ${principal.arn} is authorized to perform: ${action} on resource: ${resolved.arn}`
      : denialText(decision, { principal, action, resourceArn: resolved.arn }),
    PrincipalArn: principal.arn,
    Action: action,
    ResourceArn: resolved.arn,
    DecidedBy: accessCauses(decision.by),
    UnknownContext: unknown,
  };
}

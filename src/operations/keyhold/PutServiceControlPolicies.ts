import { KmsError } from '../../domain/index.ts';
import { parsePolicy, PolicyError } from '../../policy/index.ts';
import { defineOperation } from '../operation.ts';
import { amend } from '../row-ref.ts';
import { accountTarget } from './account-target.ts';

export const PutServiceControlPolicies = defineOperation('keyhold', 'PutServiceControlPolicies', {
  effect: 'write',
  targets: ({ AccountId }) => ({ account: accountTarget(AccountId) }),
  async handle({ store }, { AccountId, Policies }, { account }) {
    if (AccountId === account.account) {
      // As in AWS Organizations. It also keeps administrators from locking themselves out of the
      // installation.
      throw new KmsError(
        'ValidationException',
        'Service control policies do not limit the management account.',
      );
    }
    for (const document of Policies) checkDocument(document);
    await amend(store, account, ({ serviceControlPolicies: _before, ...rest }) =>
      Policies.length === 0 ? rest : { ...rest, serviceControlPolicies: Policies },
    );
    return {};
  },
});

function checkDocument(document: string): void {
  try {
    parsePolicy(document, 'identity');
  } catch (error) {
    if (error instanceof PolicyError)
      throw new KmsError('MalformedPolicyDocumentException', error.message, { cause: error });
    throw error;
  }
}

import { defineOperation } from '../../operation.ts';
import { amendKey } from '../keys/amend-key.ts';

export const CancelKeyDeletion = defineOperation('kms', 'CancelKeyDeletion', {
  effect: 'write',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'pending-deletion' } }),
  async handle(services, _input, { key }) {
    await amendKey(
      services,
      key,
      ({ deletionDate: _date, replicaDeletionWindow: _window, ...row }) => ({
        ...row,
        enabled: false,
      }),
    );
    return { KeyId: key.arn };
  },
});

import { defineOperation } from '../../operation.ts';

/** Automatic rotation is not there yet, so it is never enabled. */
export const GetKeyRotationStatus = defineOperation('kms', 'GetKeyRotationStatus', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, kind: 'rotation-status', states: 'any' } }),
  handle: async (_services, _input, { key: { key } }) => ({ KeyId: key.keyId, KeyRotationEnabled: false }),
});

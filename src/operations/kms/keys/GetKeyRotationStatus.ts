import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';

/** Automatic rotation is not there yet, so it is never enabled; keys of custom key stores can't have it at all. */
export const GetKeyRotationStatus = defineOperation('kms', 'GetKeyRotationStatus', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle(_services, _input, { key: { key, arn } }) {
    if (key.origin === 'AWS_KMS') return { KeyId: key.keyId, KeyRotationEnabled: false };
    throw new KmsError('UnsupportedOperationException', `${arn} origin is ${key.origin} which is not valid for this operation.`);
  },
});

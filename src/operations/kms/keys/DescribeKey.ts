import { defineOperation } from '../../operation.ts';
import { keyMetadata } from './key-metadata.ts';

export const DescribeKey = defineOperation('kms', 'DescribeKey', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, aliases: true, states: 'any' } }),
  handle: async (services, _input, { key }) => ({ KeyMetadata: await keyMetadata(services, key.key) }),
});

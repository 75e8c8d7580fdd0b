import { parseKmsArn } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { createManagedKey } from './create-managed-key.ts';
import { keyMetadata } from './key-metadata.ts';

/** Describing an AWS managed key by its alias creates it if it does not exist. */
export const DescribeKey = defineOperation('kms', 'DescribeKey', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, aliases: true, orUncreated: true, states: 'any' },
  }),
  async handle(services, { KeyId }, { key: { key, uncreated } }) {
    const present = uncreated
      ? await createManagedKey(services, key, parseKmsArn(KeyId)?.resource ?? KeyId)
      : key;
    return { KeyMetadata: await keyMetadata(services, present) };
  },
});

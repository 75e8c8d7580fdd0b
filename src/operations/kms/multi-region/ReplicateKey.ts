import { KmsError, partitionOf, type KeyRow } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { keyMetadata } from '../keys/key-metadata.ts';
import { policyOfNewKey } from '../policies/checked-policy.ts';
import { checkedTags } from '../tags/checked-tags.ts';
import { recordKeyEvent } from '../upkeep/key-events.ts';
import { saveReplica } from './save-replica.ts';

/**
 * A replica shares ID, material, spec, usage, origin and rotation with its primary key, and nothing
 * else.
 */
export const ReplicateKey = defineOperation('kms', 'ReplicateKey', {
  effect: 'write',
  targets: ({ KeyId, Tags }) => ({
    key: { on: 'key', id: KeyId, kind: 'multi-region-primary', states: 'replicable' },
    service: { on: 'service', action: 'kms:CreateKey' },
    tagging: Tags?.length ? { on: 'service', action: 'kms:TagResource' } : undefined,
  }),
  async handle(services, input, { key: { key, arn } }, { caller, conditions }) {
    const region = input.ReplicaRegion;
    if (partitionOf(region) !== partitionOf(key.region)) {
      throw new KmsError(
        'UnsupportedOperationException',
        `${arn} can not be replicated to another partition.`,
      );
    }
    const tags = checkedTags([], input.Tags ?? []);
    const policy = await policyOfNewKey(services, input, {
      caller,
      context: await conditions('kms:PutKeyPolicy', 'key'),
    });
    const now = services.clock.now();
    const replica: KeyRow = {
      ...shared(key),
      region,
      description: input.Description ?? '',
      enabled: true,
      creationDate: now,
      transition: 'Creating',
      transitionStart: now,
      ...policy,
      tags,
      ...(key.origin === 'EXTERNAL' && { materialMissing: true }),
    };
    await services.store.transact(async (transaction) => {
      await saveReplica(transaction, { primary: key, replica, maxKeys: services.quotas.keys });
      await recordKeyEvent(transaction, services.clock, replica, { name: 'CreateKey' });
      await recordKeyEvent(transaction, services.clock, key, { name: 'SynchronizeMultiRegionKey' });
    });
    return {
      ReplicaKeyMetadata: await keyMetadata(services, replica),
      ReplicaPolicy: policy.policy,
      ReplicaTags: tags.map(({ key: TagKey, value: TagValue }) => ({ TagKey, TagValue })),
    };
  },
});

/** Returns the properties that a replica shares with its primary key. */
function shared(
  primary: KeyRow,
): Omit<KeyRow, 'region' | 'description' | 'enabled' | 'creationDate' | 'policy' | 'tags'> {
  const {
    materialMissing: _material,
    transition: _transition,
    transitionStart: _start,
    deletionDate: _date,
    replicaDeletionWindow: _window,
    ...rest
  } = primary;
  return rest;
}

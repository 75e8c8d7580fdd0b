import type { Response } from '../../../contract/index.ts';
import { defineOperation } from '../../operation.ts';

type KeyLastUsage = NonNullable<Response<'kms', 'GetKeyLastUsage'>['KeyLastUsage']>;

/** Keyhold tracks the use of every key from its creation. */
export const GetKeyLastUsage = defineOperation('kms', 'GetKeyLastUsage', {
  effect: 'read',
  targets: ({ KeyId }) => ({ key: { on: 'key', id: KeyId, states: 'any' } }),
  async handle({ keyUses }, _input, { key: { key } }) {
    const use = await keyUses.last(key);
    const created = new Date(key.creationDate);
    return {
      KeyId: key.keyId,
      KeyLastUsage: use
        ? {
            // The cast is safe: only the names of `trackedOperations` are recorded.
            Operation: use.operation as NonNullable<KeyLastUsage['Operation']>,
            Timestamp: new Date(use.date),
            CloudTrailEventId: use.eventId,
            KmsRequestId: use.requestId,
          }
        : {},
      TrackingStartDate: created,
      KeyCreationDate: created,
    };
  },
});

import { KmsError, type KeyRow } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { current } from '../../row-ref.ts';
import { keyRef } from '../../target-rows.ts';
import { amendFamily } from '../keys/key-family.ts';
import { pendingMaterial } from './rotate-key.ts';

const MAX_ON_DEMAND_ROTATIONS = 25;
/** Minimum time to the next automatic rotation, in milliseconds. */
const MIN_TIME_TO_ROTATION_MS = 20 * 60_000;

/**
 * Begins a rotation, which finishes in the background. The schedule of automatic rotation does not
 * change.
 */
export const RotateKeyOnDemand = defineOperation('kms', 'RotateKeyOnDemand', {
  effect: 'write',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, kind: 'rotation-on-demand', states: 'rotatable-on-demand' },
  }),
  async handle({ store, clock }, _input, { key: { key, arn } }) {
    const now = clock.now();
    await store.transact(async (transaction) => {
      const row = await current(transaction, keyRef(key));
      requireNoOther(row, arn, now);
      if (row.origin === 'EXTERNAL' && !(await pendingMaterial(transaction, row))) {
        throw new KmsError(
          'KMSInvalidStateException',
          `No available key material pending rotation for the key: ${arn}.`,
        );
      }
      const onDemandRotations = (row.onDemandRotations ?? 0) + 1;
      await amendFamily(transaction, row, (member) => ({
        ...member,
        onDemandRotations,
        onDemandRotationStart: now,
      }));
    });
    return { KeyId: arn };
  },
});

function requireNoOther(
  { onDemandRotations = 0, onDemandRotationStart, nextRotationDate }: KeyRow,
  arn: string,
  now: number,
): void {
  if (onDemandRotations >= MAX_ON_DEMAND_ROTATIONS) {
    throw new KmsError(
      'LimitExceededException',
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    );
  }
  if (onDemandRotationStart !== undefined)
    throw new KmsError('ConflictException', `A rotation of ${arn} is in progress.`);
  if (nextRotationDate !== undefined && nextRotationDate - now < MIN_TIME_TO_ROTATION_MS) {
    throw new KmsError(
      'ConflictException',
      `An automatic rotation of ${arn} is due within 20 minutes.`,
    );
  }
}

import { defineOperation } from '../../operation.ts';

/**
 * A key that is pending deletion shows rotation as disabled. Its setting is kept in case the
 * deletion is cancelled.
 */
export const GetKeyRotationStatus = defineOperation('kms', 'GetKeyRotationStatus', {
  effect: 'read',
  targets: ({ KeyId }) => ({
    key: { on: 'key', id: KeyId, kind: 'rotation-status', states: 'any' },
  }),
  async handle(_services, _input, { key: { key } }) {
    const {
      keyId,
      rotationPeriodInDays: period,
      nextRotationDate: date,
      onDemandRotationStart: start,
    } = key;
    const deleting = key.deletionDate !== undefined || key.replicaDeletionWindow !== undefined;
    return {
      KeyId: keyId,
      KeyRotationEnabled: period !== undefined && !deleting,
      ...(period !== undefined &&
        date !== undefined &&
        !deleting && { RotationPeriodInDays: period, NextRotationDate: new Date(date) }),
      ...(start !== undefined && { OnDemandRotationStartDate: new Date(start) }),
    };
  },
});

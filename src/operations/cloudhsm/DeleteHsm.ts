import { defineOperation } from '../operation.ts';

export const DeleteHsm = defineOperation('cloudhsm', 'DeleteHsm', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle({ clusters }, { HsmId, EniId, EniIp }, { cluster: { scope, clusterId } }) {
    const { hsmId } = await clusters.deleteHsm(scope, clusterId, {
      hsmId: HsmId,
      eniId: EniId,
      eniIp: EniIp,
    });
    return { HsmId: hsmId };
  },
});

import { defineOperation } from '../operation.ts';
import { describeHsm } from './cluster-description.ts';
import { requireCluster } from './require-cluster.ts';

export const CreateHsm = defineOperation('cloudhsm', 'CreateHsm', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle({ clusters }, { AvailabilityZone, IpAddress }, { cluster }) {
    const { hsmType } = requireCluster(cluster);
    const hsm = await clusters.createHsm(cluster.scope, cluster.clusterId, {
      availabilityZone: AvailabilityZone,
      ipAddress: IpAddress,
    });
    return { Hsm: describeHsm(hsm, hsmType) };
  },
});

import { defineOperation } from '../operation.ts';
import { describeCluster } from './cluster-description.ts';

export const DeleteCluster = defineOperation('cloudhsm', 'DeleteCluster', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle({ clusters }, _input, { cluster: { scope, clusterId } }) {
    return { Cluster: describeCluster(await clusters.deleteCluster(scope, clusterId), []) };
  },
});

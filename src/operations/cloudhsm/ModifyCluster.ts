import { KmsError } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeCluster } from './cluster-description.ts';
import { retentionDays } from './retention-days.ts';

export const ModifyCluster = defineOperation('cloudhsm', 'ModifyCluster', {
  effect: 'write',
  targets: ({ ClusterId }) => ({ cluster: { on: 'cluster', clusterId: ClusterId } }),
  async handle(
    { clusters, store },
    { HsmType, BackupRetentionPolicy },
    { cluster: { scope, clusterId } },
  ) {
    if (HsmType === undefined && BackupRetentionPolicy === undefined) {
      throw new KmsError(
        'CloudHsmInvalidRequestException',
        'HsmType or BackupRetentionPolicy must be specified.',
      );
    }
    const cluster = await clusters.modifyCluster(scope, clusterId, {
      hsmType: HsmType,
      retentionDays: BackupRetentionPolicy && retentionDays(BackupRetentionPolicy.Value),
    });
    const hsms = await store.read((reader) =>
      reader.list('hsms', [scope.account, scope.region, clusterId]),
    );
    return { Cluster: describeCluster(cluster, hsms) };
  },
});

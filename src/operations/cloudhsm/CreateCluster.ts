import { KmsError } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeCluster } from './cluster-description.ts';
import { joinedTags } from './cluster-tags.ts';
import { retentionDays } from './retention-days.ts';
import { requireBackup } from './require-backup.ts';

export const CreateCluster = defineOperation('cloudhsm', 'CreateCluster', {
  effect: 'write',
  targets: ({ SourceBackupId }) => ({
    service: SourceBackupId === undefined ? { on: 'service' } : undefined,
    source:
      SourceBackupId === undefined
        ? undefined
        : { on: 'backup', name: SourceBackupId, shared: true },
  }),
  async handle({ clusters }, input, { source }, { scope }) {
    if (input.NetworkType === 'DUALSTACK') {
      throw new KmsError(
        'CloudHsmInvalidRequestException',
        'The subnets have no IPv6 CIDR blocks; NetworkType must be IPV4.',
      );
    }
    const cluster = await clusters.createCluster(scope, {
      hsmType: input.HsmType,
      subnetIds: input.SubnetIds,
      mode: input.Mode,
      retentionDays: retentionDays(input.BackupRetentionPolicy?.Value),
      tags: joinedTags([], input.TagList ?? []),
      source: source && requireBackup(source),
    });
    return { Cluster: describeCluster(cluster, []) };
  },
});

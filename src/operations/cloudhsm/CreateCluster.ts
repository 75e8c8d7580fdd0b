import { KmsError } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeCluster } from './cluster-description.ts';
import { joinedTags } from './cluster-tags.ts';
import { retentionDays } from './retention-days.ts';
import { usableBackup } from './shared-backups.ts';

export const CreateCluster = defineOperation('cloudhsm', 'CreateCluster', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle(services, input, { service }, { caller }) {
    if (input.NetworkType === 'DUALSTACK') {
      throw new KmsError(
        'CloudHsmInvalidRequestException',
        'The subnets have no IPv6 CIDR blocks; NetworkType must be IPV4.',
      );
    }
    const { SourceBackupId } = input;
    const source =
      SourceBackupId === undefined
        ? undefined
        : await usableBackup(services, caller, service.scope, SourceBackupId);
    const cluster = await services.clusters.createCluster(service.scope, {
      hsmType: input.HsmType,
      subnetIds: input.SubnetIds,
      mode: input.Mode,
      retentionDays: retentionDays(input.BackupRetentionPolicy?.Value),
      tags: joinedTags([], input.TagList ?? []),
      source,
    });
    return { Cluster: describeCluster(cluster, []) };
  },
});

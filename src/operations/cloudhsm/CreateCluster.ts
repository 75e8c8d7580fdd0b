import { KmsError } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeCluster } from './cluster-description.ts';
import { joinedTags } from './cluster-tags.ts';

const DEFAULT_RETENTION_DAYS = 90;
const LEAST_RETENTION_DAYS = 7;
const MOST_RETENTION_DAYS = 379;

export const CreateCluster = defineOperation('cloudhsm', 'CreateCluster', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ clusters }, input, { service }) {
    if (input.SourceBackupId !== undefined) {
      throw new KmsError('CloudHsmResourceNotFoundException', `Backup '${input.SourceBackupId}' was not found.`);
    }
    if (input.NetworkType === 'DUALSTACK') {
      throw new KmsError('CloudHsmInvalidRequestException', 'The subnets have no IPv6 CIDR blocks; NetworkType must be IPV4.');
    }
    const cluster = await clusters.createCluster(service.scope, {
      hsmType: input.HsmType,
      subnetIds: input.SubnetIds,
      mode: input.Mode === 'NON_FIPS' ? 'NON_FIPS' : 'FIPS',
      retentionDays: retentionDays(input.BackupRetentionPolicy?.Value),
      tags: joinedTags([], input.TagList ?? []),
    });
    return { Cluster: describeCluster(cluster, []) };
  },
});

function retentionDays(value: string | undefined): number {
  if (value === undefined) return DEFAULT_RETENTION_DAYS;
  const days = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
  if (days >= LEAST_RETENTION_DAYS && days <= MOST_RETENTION_DAYS) return days;
  throw new KmsError(
    'CloudHsmInvalidRequestException',
    `BackupRetentionPolicy must be ${LEAST_RETENTION_DAYS} to ${MOST_RETENTION_DAYS} days.`,
  );
}

import { defineOperation } from '../operation.ts';
import { joinedTags } from './cluster-tags.ts';

export const CopyBackupToRegion = defineOperation('cloudhsm', 'CopyBackupToRegion', {
  effect: 'write',
  targets: ({ BackupId }) => ({ backup: { on: 'backup', name: BackupId } }),
  async handle({ clusters }, { DestinationRegion, TagList }, { backup: { scope, backupId } }) {
    const tags = TagList && joinedTags([], TagList);
    const { creationDate, copy } = await clusters.copyBackup(scope, backupId, {
      region: DestinationRegion,
      tags,
    });
    return {
      DestinationBackup: {
        CreateTimestamp: new Date(creationDate),
        ...(copy && {
          SourceRegion: copy.region,
          SourceBackup: copy.backupId,
          SourceCluster: copy.clusterId,
        }),
      },
    };
  },
});

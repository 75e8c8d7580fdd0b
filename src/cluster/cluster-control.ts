import { join } from 'node:path';
import { BackupFiles } from './backups/backup-files.ts';
import { defaultLimits, type ClusterControl } from './contract.ts';
import { startClusterWorkers } from './cluster-workers.ts';
import { loopbackOf, vpcOf } from './network.ts';
import type { ClusterControlOptions } from './options.ts';
import {
  copyBackup,
  createBackup,
  deleteBackup,
  modifyBackup,
  modifyCluster,
  restoreBackup,
} from './requests/backups.ts';
import { authorizeRestore } from './requests/authorize-restore.ts';
import { createCluster } from './requests/create-cluster.ts';
import { createHsm } from './requests/create-hsm.ts';
import { deleteCluster, deleteHsm } from './requests/delete.ts';
import { initializeCluster } from './requests/initialize-cluster.ts';

/** Starts the HSMs of all clusters in the background, and resumes interrupted work. */
export async function startClusterControl(options: ClusterControlOptions): Promise<ClusterControl> {
  const { store, clock } = options;
  const loopback = loopbackOf(process.platform);
  const context = {
    store,
    clock,
    loopback,
    hosts: options.hosts,
    limits: { ...defaultLimits, ...options.limits },
  };
  const files = new BackupFiles(join(options.dataFolder, 'backups'));
  const workers = startClusterWorkers(options, files, await options.authorities);
  await workers.wakeAll();
  return {
    vpcOf: (scope) => vpcOf(scope, loopback),
    createCluster: (scope, request) => createCluster(context, scope, request),
    initializeCluster: (scope, clusterId, claim) =>
      initializeCluster(context, { ...scope, clusterId }, claim),
    deleteCluster: (scope, clusterId) => deleteCluster(context, { ...scope, clusterId }),
    createHsm: (scope, clusterId, request) => createHsm(context, { ...scope, clusterId }, request),
    deleteHsm: (scope, clusterId, selector) =>
      deleteHsm(context, { ...scope, clusterId }, selector),
    modifyCluster: (scope, clusterId, change) =>
      modifyCluster(context, { ...scope, clusterId }, change),
    createBackup: (scope, clusterId) => createBackup(context, { ...scope, clusterId }),
    deleteBackup: (scope, backupId) => deleteBackup(context, { ...scope, backupId }),
    restoreBackup: (scope, backupId) => restoreBackup(context, { ...scope, backupId }),
    modifyBackup: (scope, backupId, neverExpires) =>
      modifyBackup(context, { ...scope, backupId }, neverExpires),
    copyBackup: (scope, backupId, to) =>
      copyBackup(context, files, { ref: { ...scope, backupId }, ...to }),
    backupHeader: (backupId) => files.header(backupId),
    authorizeRestore: (scope, clusterId, sourceRoot) =>
      authorizeRestore(context, workers.processes, { ...scope, clusterId }, sourceRoot),
    statuses: () => workers.processes.statuses(),
    refreshStatuses: () => workers.processes.refresh(),
    close: () => workers.close(),
  };
}

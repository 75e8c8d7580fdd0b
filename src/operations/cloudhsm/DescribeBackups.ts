import { KmsError, type BackupRow } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { describeBackup } from './backup-description.ts';
import { tokenPage } from './next-token.ts';
import { isShared } from '../pipeline/find-backup.ts';

const DEFAULT_LIMIT = 50;
/** Digits of a padded time in milliseconds, so that times sort as strings. */
const TIME_DIGITS = 16;

const filters = {
  backupIds: (backup) => backup.backupId,
  sourceBackupIds: (backup) => backup.copy?.backupId ?? '',
  clusterIds: (backup) => backup.clusterId,
  states: (backup) => backup.state,
  neverExpires: (backup) => String(backup.neverExpires),
} as const satisfies Record<string, (backup: BackupRow) => string>;

type FilterName = keyof typeof filters;

export const DescribeBackups = defineOperation('cloudhsm', 'DescribeBackups', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store }, input, { service: { scope } }, { caller }) {
    const { Filters, Shared, SortAscending = false, MaxResults = DEFAULT_LIMIT, NextToken } = input;
    const matches = filterOf(Filters ?? {});
    const all = await store.read((reader) =>
      reader.list('backups', Shared === true ? [] : [scope.account, scope.region]),
    );
    const theirs = (backup: BackupRow): boolean =>
      backup.account !== scope.account &&
      backup.region === scope.region &&
      isShared(backup, caller, 'cloudhsm:DescribeBackups');
    const visible = all.filter((backup) => matches(backup) && (Shared !== true || theirs(backup)));
    const keyOf = orderKey(SortAscending);
    const { rows, more } = tokenPage(
      visible.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
      keyOf,
      MaxResults,
      NextToken,
    );
    return { Backups: rows.map(describeBackup), ...more };
  },
});

/** Returns the sort key: newest first, unless ascending. */
function orderKey(ascending: boolean): (backup: BackupRow) => string {
  return ({ creationDate, backupId }) => {
    const time = ascending ? creationDate : Number.MAX_SAFE_INTEGER - creationDate;
    return `${String(time).padStart(TIME_DIGITS, '0')}/${backupId}`;
  };
}

function isFilterName(name: string): name is FilterName {
  return Object.hasOwn(filters, name);
}

/** Compiles the filters. Each must match, by any one of its values. */
function filterOf(
  wanted: Readonly<Record<string, readonly string[]>>,
): (backup: BackupRow) => boolean {
  const tests = Object.entries(wanted).map(([name, values]) => {
    if (!isFilterName(name))
      throw new KmsError('CloudHsmInvalidRequestException', `Filter '${name}' is not supported.`);
    return (backup: BackupRow) =>
      values.some((value) => value.toLowerCase() === filters[name](backup).toLowerCase());
  });
  return (backup) => tests.every((test) => test(backup));
}

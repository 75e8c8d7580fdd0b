import { KmsError } from '../../domain/index.ts';

const DEFAULT_DAYS = 90;
const MIN_DAYS = 7;
const MAX_DAYS = 379;

/**
 * Returns the retention time of a cluster's backups, in days. Source: BackupRetentionPolicy, AWS
 * CloudHSM API Reference.
 */
export function retentionDays(value: string | undefined): number {
  if (value === undefined) return DEFAULT_DAYS;
  const days = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
  if (days >= MIN_DAYS && days <= MAX_DAYS) return days;
  throw new KmsError(
    'CloudHsmInvalidRequestException',
    `BackupRetentionPolicy must be ${MIN_DAYS} to ${MAX_DAYS} days.`,
  );
}

import { KmsError } from '../../domain/index.ts';

const DEFAULT_DAYS = 90;
const LEAST_DAYS = 7;
const MOST_DAYS = 379;

/** How long a cluster's backups are kept. Source: BackupRetentionPolicy, AWS CloudHSM API Reference. */
export function retentionDays(value: string | undefined): number {
  if (value === undefined) return DEFAULT_DAYS;
  const days = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
  if (days >= LEAST_DAYS && days <= MOST_DAYS) return days;
  throw new KmsError(
    'CloudHsmInvalidRequestException',
    `BackupRetentionPolicy must be ${LEAST_DAYS} to ${MOST_DAYS} days.`,
  );
}

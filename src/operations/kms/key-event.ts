import { cloudTrailServiceEvent, type AuditEvent } from '../../audit/index.ts';
import { keyArn, type KeyRecord } from '../../domain/index.ts';
import type { Services } from '../services.ts';

type Details = Pick<AuditEvent, 'additionalEventData' | 'serviceEventDetails'>;

/** Records in the audit trail what Keyhold did to a key by itself. Source: CloudTrail examples of the KMS Developer Guide. */
export function recordKeyEvent(
  { audit, clock }: Pick<Services, 'audit' | 'clock'>,
  { account, region, keyId }: Pick<KeyRecord, 'account' | 'region' | 'keyId'>,
  event: { readonly name: string } & Details,
): Promise<void> {
  const { name, ...details } = event;
  const record = cloudTrailServiceEvent({
    time: clock.now(),
    eventSource: 'kms.amazonaws.com',
    eventName: name,
    region,
    account,
    resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: keyArn({ account, region }, keyId) }],
    ...details,
  });
  return audit.record(record, { durable: true });
}

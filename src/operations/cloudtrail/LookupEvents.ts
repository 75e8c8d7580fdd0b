import {
  AuditBusyError,
  type AuditEvent,
  type FoundEvent,
  type Lookup,
} from '../../audit/index.ts';
import { DAY_MS } from '../../base/index.ts';
import type { Request } from '../../contract/index.ts';
import { KmsError, type Scope } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { attributeMatch } from './attributes.ts';
import { readNextToken, writeNextToken } from './next-token.ts';

type Wanted = Request<'cloudtrail', 'LookupEvents'>;

/** Milliseconds that CloudTrail's event history goes back. */
const HISTORY_MS = 90 * DAY_MS;
const DEFAULT_RESULTS = 50;

/** The events that concern the caller's account, in its Region. Like AWS it may answer a page with few events, or none, and a token. */
export const LookupEvents = defineOperation('cloudtrail', 'LookupEvents', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ audit, clock }, input, { service: { scope } }) {
    const { StartTime, EndTime, MaxResults = DEFAULT_RESULTS, EventCategory, NextToken } = input;
    if (StartTime && EndTime && StartTime > EndTime) {
      throw new KmsError(
        'InvalidTimeRangeException',
        'The start time must not be after the end time.',
      );
    }
    const from = readNextToken(NextToken, input);
    if (EventCategory !== undefined) return { Events: [] };
    const wanted: Lookup = {
      ...matchOf(input, scope),
      notBefore: seconds(StartTime ?? new Date(clock.now() - HISTORY_MS)),
      limit: MaxResults,
      ...(from && { from }),
    };
    const { events, next } = await audit.lookup(wanted).catch(throttled);
    return {
      Events: events.map(describe),
      ...(next && { NextToken: writeNextToken(next, input) }),
    };
  },
});

function throttled(error: unknown): never {
  if (error instanceof AuditBusyError)
    throw new KmsError('ThrottlingException', 'Rate exceeded', { cause: error });
  throw error;
}

function matchOf({ LookupAttributes = [], EndTime }: Wanted, { account, region }: Scope) {
  const [attribute, another] = LookupAttributes;
  if (another)
    throw new KmsError(
      'InvalidLookupAttributesException',
      'You can specify only one lookup attribute.',
    );
  const match = attribute && attributeMatch(attribute.AttributeKey, attribute.AttributeValue);
  const notAfter = EndTime && seconds(EndTime);
  return {
    ...(match && { mayMatch: match.mayMatch }),
    matches: (event: AuditEvent): boolean =>
      concerns(event, account) &&
      event.awsRegion === region &&
      (notAfter === undefined || event.eventTime <= notAfter) &&
      (match === undefined || match.matches(event)),
  };
}

/** What the account's principals did, and what others did to what is the account's: who shares a key sees its use. */
function concerns({ recipientAccountId, resources = [] }: AuditEvent, account: string): boolean {
  return recipientAccountId === account || resources.some(({ accountId }) => accountId === account);
}

/** As events have their time. */
function seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function describe({ event, json }: FoundEvent) {
  const { accessKeyId, userName, arn } = event.userIdentity;
  // A session goes by its own name.
  const username = userName ?? arn?.slice(arn.lastIndexOf('/') + 1);
  return {
    EventId: event.eventID,
    EventName: event.eventName,
    ReadOnly: String(event.readOnly),
    ...(accessKeyId !== undefined && { AccessKeyId: accessKeyId }),
    EventTime: new Date(event.eventTime),
    EventSource: event.eventSource,
    ...(username !== undefined && { Username: username }),
    Resources: (event.resources ?? []).map(({ type, ARN }) => ({
      ResourceType: type,
      ResourceName: ARN,
    })),
    CloudTrailEvent: json,
  };
}

import {
  AuditBusyError,
  LookupCursorError,
  type AuditEvent,
  type FoundEvent,
  type Lookup,
} from '../../audit/index.ts';
import { DAY_MS } from '../../base/index.ts';
import type { Request } from '../../contract/index.ts';
import { KmsError, type Scope } from '../../domain/index.ts';
import { defineOperation } from '../operation.ts';
import { attributeMatch } from './attributes.ts';
import { invalidNextToken, readNextToken, writeNextToken } from './next-token.ts';

type Wanted = Request<'cloudtrail', 'LookupEvents'>;

/** Length of CloudTrail's event history, in milliseconds. */
const HISTORY_MS = 90 * DAY_MS;
const DEFAULT_RESULTS = 50;

/**
 * Finds events that concern the caller's account, in the request's Region. As in AWS, a page with a
 * token may have few events, or none.
 */
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
    const { events, next } = await audit.lookup(wanted).catch(refused);
    return {
      Events: events.map(describe),
      ...(next && { NextToken: writeNextToken(next, input) }),
    };
  },
});

function refused(error: unknown): never {
  if (error instanceof AuditBusyError)
    throw new KmsError('ThrottlingException', 'Rate exceeded', { cause: error });
  throw error instanceof LookupCursorError ? invalidNextToken(error) : error;
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

/**
 * Returns whether an event concerns an account: actions of its principals, and actions of others on
 * its resources. The owner of a shared key sees how it is used.
 */
function concerns({ recipientAccountId, resources = [] }: AuditEvent, account: string): boolean {
  return recipientAccountId === account || resources.some(({ accountId }) => accountId === account);
}

/** Formats a time as events have it, in seconds. */
function seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function describe({ event, json }: FoundEvent) {
  const { accessKeyId, userName, arn } = event.userIdentity;
  // A session is shown by its own name.
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

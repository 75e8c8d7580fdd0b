import { uuid } from '../base/index.ts';
import type { ApiCall, AuditEvent, ServiceEvent } from './event.ts';
import { recordable } from './recordable.ts';
import { isoSeconds, userIdentity } from './user-identity.ts';

/** Creates the event of an API call. Called once per call, on the hot path. */
export function cloudTrailEvent(call: ApiCall): AuditEvent {
  const { error, principal } = call;
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(principal),
    eventTime: isoSeconds(call.time),
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: call.region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent,
    errorCode: error?.code,
    errorMessage: error?.message,
    requestParameters: recordable(call.input),
    // As in CloudTrail, output of read-only calls, including ciphertexts, is not recorded.
    responseElements: call.readOnly || error ? null : recordable(call.output),
    additionalEventData: call.additionalEventData,
    requestID: call.requestId,
    eventID: uuid(),
    readOnly: call.readOnly,
    resources: call.resources,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: principal.account,
    eventCategory: 'Management',
    tlsDetails: call.tlsDetails,
  };
}

/**
 * Creates the event of an action without a caller, such as the deletion of a key at the end of its
 * waiting period.
 */
export function cloudTrailServiceEvent(event: ServiceEvent): AuditEvent {
  return {
    eventVersion: '1.11',
    userIdentity: { accountId: event.account, invokedBy: 'AWS Internal' },
    eventTime: isoSeconds(event.time),
    eventSource: event.eventSource,
    eventName: event.eventName,
    awsRegion: event.region,
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
    requestParameters: null,
    responseElements: null,
    additionalEventData: event.additionalEventData,
    serviceEventDetails: event.serviceEventDetails,
    eventID: event.eventId ?? uuid(),
    readOnly: false,
    resources: event.resources,
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: event.account,
    eventCategory: 'Management',
  };
}

import type { AuditEvent, AuditResource } from '../../audit/index.ts';

interface Match {
  /**
   * Returns whether the JSON text of an event can match at all, so that most lines need not be
   * parsed.
   */
  readonly mayMatch: (line: string) => boolean;
  readonly matches: (event: AuditEvent) => boolean;
}

/** The values of an event that each lookup attribute is compared with. */
const attributes = {
  AccessKeyId: ({ userIdentity }) => [userIdentity.accessKeyId],
  EventId: ({ eventID }) => [eventID],
  EventName: ({ eventName }) => [eventName],
  EventSource: ({ eventSource }) => [eventSource],
  ReadOnly: ({ readOnly }) => [String(readOnly)],
  ResourceName: ({ resources = [] }) => resources.flatMap(namesOf),
  ResourceType: ({ resources = [] }) => resources.map(({ type }) => type),
  Username: ({ userIdentity: { userName, arn } }) => [
    userName,
    arn?.slice(arn.lastIndexOf('/') + 1),
  ],
} as const satisfies Record<string, (event: AuditEvent) => readonly (string | undefined)[]>;

export function attributeMatch(key: keyof typeof attributes, value: string): Match {
  const valuesOf: (event: AuditEvent) => readonly (string | undefined)[] = attributes[key];
  // The value as it appears in the JSON text, without quotes: names of resources are the end of an
  // ARN.
  const written = JSON.stringify(value).slice(1, -1);
  return {
    mayMatch: (line) => line.includes(written),
    matches: (event) => valuesOf(event).includes(value),
  };
}

/** Returns the names of a resource: its ARN and, as in AWS, the part after the last slash. */
function namesOf({ ARN }: AuditResource): string[] {
  return [ARN, ARN.slice(ARN.lastIndexOf('/') + 1)];
}

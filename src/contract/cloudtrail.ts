import type { SdkRequest } from './sdk-types.ts';
import type { ShapeOf } from './shape.ts';

const attributeKeys = {
  AccessKeyId: true,
  EventId: true,
  EventName: true,
  EventSource: true,
  ReadOnly: true,
  ResourceName: true,
  ResourceType: true,
  Username: true,
} as const;

/** Constraints: the service model of AWS CloudTrail, 2013-11-01. */
export const cloudTrailShapes = {
  LookupEvents: {
    LookupAttributes: {
      kind: 'list',
      member: {
        kind: 'struct',
        members: {
          AttributeKey: { kind: 'enum', values: attributeKeys, required: true },
          AttributeValue: { kind: 'text', min: 1, max: 2000, required: true },
        },
      },
    },
    StartTime: { kind: 'timestamp' },
    EndTime: { kind: 'timestamp' },
    EventCategory: { kind: 'enum', values: { insight: true } },
    MaxResults: { kind: 'int', min: 1, max: 50 },
    NextToken: { kind: 'text' },
  } satisfies ShapeOf<SdkRequest<'cloudtrail', 'LookupEvents'>>,
} as const;

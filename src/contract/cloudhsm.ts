import type { NewerOperations } from './cloudhsm-newer-members.ts';
import type { SdkRequest } from './sdk-types.ts';
import type { ShapeOf } from './shape.ts';

type CloudHsm<N extends string> = ShapeOf<SdkRequest<'cloudhsm', N>>;

/** Constraints: the service model of AWS CloudHSM v2, 2017-04-28. */
const clusterId = { kind: 'text', pattern: 'cluster-[2-7a-zA-Z]{11,16}', required: true } as const;
const resourceId = {
  kind: 'text',
  pattern: '(?:cluster|backup)-[2-7a-zA-Z]{11,16}',
  required: true,
} as const;
const certificate = {
  kind: 'text',
  max: 20_000,
  pattern: String.raw`[a-zA-Z0-9+-/=\s]*`,
  required: true,
} as const;
const ipAddress = {
  kind: 'text',
  pattern: String.raw`\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}`,
} as const;
const backupId = { kind: 'text', pattern: 'backup-[2-7a-zA-Z]{11,16}', required: true } as const;
const hsmType = {
  kind: 'text',
  max: 32,
  pattern: String.raw`((p|)hsm[0-9][a-z.]*\.[a-zA-Z]+)`,
} as const;
const retentionPolicy = {
  kind: 'struct',
  members: {
    Type: { kind: 'enum', values: { DAYS: true } },
    Value: { kind: 'text', min: 1, max: 3, pattern: '[0-9]+' },
  },
} as const;
const filters = {
  kind: 'map',
  max: 30,
  key: { kind: 'text', pattern: '[a-zA-Z0-9_-]+' },
  value: { kind: 'list', member: { kind: 'text' } },
} as const;
const resourceArn = {
  kind: 'text',
  pattern:
    'arn:aws(-(us-gov))?:cloudhsm:([a-z]{2}(-(gov|isob|iso))?-(east|west|north|south|central){1,2}-[0-9]{1}):[0-9]{12}:(backup/backup|cluster/cluster|hsm/hsm)-[2-7a-zA-Z]{11,16}',
} as const;
const nextToken = { kind: 'text', max: 256, pattern: '.*' } as const;

const tagText = String.raw`^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`;
const tagKey = { kind: 'text', min: 1, max: 128, pattern: tagText } as const;
const tagList = {
  kind: 'list',
  min: 1,
  max: 50,
  member: {
    kind: 'struct',
    members: {
      Key: { ...tagKey, required: true },
      Value: { kind: 'text', min: 0, max: 256, pattern: tagText, required: true },
    },
  },
} as const;

export const cloudHsmShapes = {
  CreateCluster: {
    BackupRetentionPolicy: retentionPolicy,
    HsmType: { ...hsmType, required: true },
    SourceBackupId: {
      kind: 'text',
      pattern:
        '^(arn:aws(-(us-gov))?:cloudhsm:([a-z]{2}(-(gov|isob|iso))?-(east|west|north|south|central){1,2}-[0-9]{1}):[0-9]{12}:backup/)?backup-[2-7a-zA-Z]{11,16}',
    },
    SubnetIds: {
      kind: 'list',
      min: 1,
      max: 10,
      member: { kind: 'text', pattern: 'subnet-[0-9a-fA-F]{8,17}' },
      required: true,
    },
    NetworkType: { kind: 'enum', values: { IPV4: true, DUALSTACK: true } },
    TagList: tagList,
    Mode: { kind: 'enum', values: { FIPS: true, NON_FIPS: true } },
  } satisfies CloudHsm<'CreateCluster'>,
  DescribeClusters: {
    Filters: filters,
    NextToken: nextToken,
    MaxResults: { kind: 'int', min: 1, max: 25 },
  } satisfies CloudHsm<'DescribeClusters'>,
  InitializeCluster: {
    ClusterId: clusterId,
    SignedCert: certificate,
    TrustAnchor: certificate,
  } satisfies CloudHsm<'InitializeCluster'>,
  DeleteCluster: { ClusterId: clusterId } satisfies CloudHsm<'DeleteCluster'>,
  CreateHsm: {
    ClusterId: clusterId,
    AvailabilityZone: {
      kind: 'text',
      pattern: String.raw`[a-z]{2}(-(gov))?-(east|west|north|south|central){1,2}-\d[a-z]`,
      required: true,
    },
    IpAddress: ipAddress,
  } satisfies CloudHsm<'CreateHsm'>,
  DeleteHsm: {
    ClusterId: clusterId,
    HsmId: { kind: 'text', pattern: 'hsm-[2-7a-zA-Z]{11,16}' },
    EniId: { kind: 'text', pattern: 'eni-[0-9a-fA-F]{8,17}' },
    EniIp: ipAddress,
  } satisfies CloudHsm<'DeleteHsm'>,
  ModifyCluster: {
    HsmType: hsmType,
    BackupRetentionPolicy: retentionPolicy,
    ClusterId: clusterId,
  } satisfies ShapeOf<NewerOperations['ModifyCluster']['input']>,
  DescribeBackups: {
    NextToken: nextToken,
    MaxResults: { kind: 'int', min: 1, max: 50 },
    Filters: filters,
    Shared: { kind: 'bool' },
    SortAscending: { kind: 'bool' },
  } satisfies CloudHsm<'DescribeBackups'>,
  CopyBackupToRegion: {
    DestinationRegion: {
      kind: 'text',
      pattern: String.raw`[a-z]{2}(-(gov))?-(east|west|north|south|central){1,2}-\d`,
      required: true,
    },
    BackupId: backupId,
    TagList: tagList,
  } satisfies CloudHsm<'CopyBackupToRegion'>,
  DeleteBackup: { BackupId: backupId } satisfies CloudHsm<'DeleteBackup'>,
  RestoreBackup: { BackupId: backupId } satisfies CloudHsm<'RestoreBackup'>,
  ModifyBackupAttributes: {
    BackupId: backupId,
    NeverExpires: { kind: 'bool', required: true },
  } satisfies CloudHsm<'ModifyBackupAttributes'>,
  PutResourcePolicy: {
    ResourceArn: resourceArn,
    Policy: { kind: 'text', min: 1, max: 20_000 },
  } satisfies ShapeOf<NewerOperations['PutResourcePolicy']['input']>,
  GetResourcePolicy: { ResourceArn: resourceArn } satisfies ShapeOf<
    NewerOperations['GetResourcePolicy']['input']
  >,
  DeleteResourcePolicy: { ResourceArn: resourceArn } satisfies ShapeOf<
    NewerOperations['DeleteResourcePolicy']['input']
  >,
  TagResource: {
    ResourceId: resourceId,
    TagList: { ...tagList, required: true },
  } satisfies CloudHsm<'TagResource'>,
  UntagResource: {
    ResourceId: resourceId,
    TagKeyList: { kind: 'list', min: 1, max: 50, member: tagKey, required: true },
  } satisfies CloudHsm<'UntagResource'>,
  ListTags: {
    ResourceId: resourceId,
    NextToken: nextToken,
    MaxResults: { kind: 'int', min: 1, max: 100 },
  } satisfies CloudHsm<'ListTags'>,
} as const;

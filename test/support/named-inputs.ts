/**
 * Inputs that name resources, for every operation. Which members name a resource is a table here;
 * `unknownNames` finds members that are missing in it.
 */
import { shapes, type Members, type ServiceName } from '../../src/contract/index.ts';
import { Random } from '../fuzz/random.ts';
import { validInput } from '../fuzz/valid-input.ts';
import { policy } from './principals.ts';

export const ACCOUNT = '111122223333';
/** A second account of the installation. */
export const OTHER = '444455556666';

/** The kinds of names, as members of inputs contain them. */
export type Kind =
  | 'user'
  | 'user ARN'
  | 'group'
  | 'role'
  | 'role ARN'
  | 'policy'
  | 'provider'
  | 'access key'
  | 'account'
  | 'key'
  | 'alias'
  | 'grant'
  | 'cluster'
  | 'backup'
  | 'backup or its ARN'
  | 'cluster or backup'
  | 'HSM';

/** Members that name the resource that a call acts on. */
const kinds: Readonly<Record<string, Kind>> = {
  AccessKeyId: 'access key',
  AccountId: 'account',
  AliasName: 'alias',
  BackupId: 'backup',
  ClusterId: 'cluster',
  DestinationKeyId: 'key',
  GrantId: 'grant',
  GroupName: 'group',
  HsmId: 'HSM',
  KeyId: 'key',
  OpenIDConnectProviderArn: 'provider',
  PermissionsBoundary: 'policy',
  PolicyArn: 'policy',
  PrincipalArn: 'user ARN',
  ResourceArn: 'backup or its ARN',
  ResourceId: 'cluster or backup',
  RoleArn: 'role ARN',
  RoleName: 'role',
  SourceBackupId: 'backup or its ARN',
  SourceKeyId: 'key',
  TargetKeyId: 'key',
  UserName: 'user',
};

/** Members that look like names of resources, with the reason why they are not. */
const notNames: Readonly<Record<string, string>> = {
  AccountName: 'a new name',
  CloudHsmClusterId: 'read in the account and Region of the key store, which AWS authorizes as *',
  'Constraints.SourceArn': 'rejected',
  CustomKeyStoreId: 'AWS authorizes key stores as *',
  CustomKeyStoreName: 'AWS authorizes key stores as *',
  EniId: 'an HSM of the authorized cluster, as HsmId',
  EniIp: 'an HSM of the authorized cluster, as HsmId',
  ExternalId: 'a condition value',
  GrantToken: 'issued by Keyhold for one grant',
  GrantTokens: 'proof of a grant',
  GranteePrincipal: 'a principal that gets access',
  GranteeServicePrincipal: 'rejected',
  IpAddress: 'an address for a new HSM',
  KeyMaterialId: 'a material of the authorized key',
  Name: 'a new name',
  NewCustomKeyStoreName: 'a new name',
  NewGroupName: 'authorized as a new name: see iam-caller.test.ts',
  NewUserName: 'authorized as a new name: see iam-caller.test.ts',
  NextToken: 'a position in a listing',
  'PolicyArns.arn': 'policies that limit the session',
  PolicyName: 'a policy of the authorized user, group, role or key',
  'ProvidedContexts.ProviderArn': 'ignored',
  ProviderId: 'ignored',
  RetiringPrincipal: 'a principal that may retire a grant',
  RetiringServicePrincipal: 'rejected',
  RoleSessionName: 'a new name',
  ServiceName: 'a filter',
  VersionId: 'a version of the authorized policy',
  WebIdentityToken: 'signed by its provider',
  XksKeyId: 'rejected',
  'XksProxyAuthenticationCredential.AccessKeyId': 'rejected',
  XksProxyVpcEndpointServiceName: 'rejected',
};

/** Members that mean something else in one operation. */
const exceptions: Readonly<Record<string, string>> = {
  'iam:CreateGroup.GroupName': 'a new name',
  'iam:CreateOpenIDConnectProvider.Url': 'a new name',
  'iam:CreateRole.RoleName': 'a new name',
  'iam:CreateUser.UserName': 'a new name',
  'iam:CreatePolicy.PolicyName': 'a new name',
  'keyhold:CreateAccount.AccountId': 'a new name',
  'keyhold:ExplainAccess.ResourceArn': 'a hypothetical resource',
  'keyhold:ListBackups.ClusterId': 'a filter',
  'kms:CreateAlias.AliasName': 'a new name',
  'kms:ListGrants.GrantId': 'a filter',
  'sts:GetAccessKeyInfo.AccessKeyId': 'AWS authorizes it as *',
};

const LOOKS_LIKE_A_NAME = /(?:[Aa]rn|Principal|Name|Id|Tokens?|Url|Ip|IpAddress|Boundary)$/;

/** Returns the members that look like names of resources and have no row in the tables above. */
export function unknownNames(): string[] {
  return operations.flatMap(({ id, members }) =>
    textMembers(members)
      .filter((member) => LOOKS_LIKE_A_NAME.test(member))
      .filter((member) => ![kinds, notNames].some((list) => Object.hasOwn(list, member)))
      .filter((member) => !Object.hasOwn(exceptions, `${id}.${member}`))
      .map((member) => `${id}.${member}`),
  );
}

/** An operation, with the members of its input that name a resource. */
export interface NamingOperation {
  readonly id: string;
  readonly service: ServiceName;
  readonly name: string;
  readonly members: Members;
  /** The members that name a resource. */
  readonly named: readonly (readonly [member: string, kind: Kind])[];
}

export const operations: readonly NamingOperation[] = (
  Object.keys(shapes) as ServiceName[]
).flatMap((service) =>
  Object.entries<Members>(shapes[service]).map(([name, members]) => {
    const id = `${service}:${name}`;
    const named = Object.keys(members).flatMap((member) => {
      const kind = kinds[member];
      const except = Object.hasOwn(exceptions, `${id}.${member}`);
      return kind === undefined || except ? [] : [[member, kind] as const];
    });
    return { id, service, name, members, named };
  }),
);

/** Lists the text members of a shape, with the paths of those in structures and lists. */
function textMembers(members: Members, prefix = ''): string[] {
  return Object.entries(members).flatMap(([name, shape]) => {
    const inner = shape.kind === 'list' ? shape.member : shape;
    if (inner.kind === 'struct') return textMembers(inner.members, `${prefix}${name}.`);
    return inner.kind === 'text' ? [prefix + name] : [];
  });
}

/** Values by service, where the services differ. */
const valuesOf: Partial<Record<ServiceName, Readonly<Record<string, unknown>>>> = {
  iam: { Tags: [{ Key: 't', Value: 'v' }], TagKeys: ['t'] },
  kms: { Tags: [{ TagKey: 't', TagValue: 'v' }], TagKeys: ['t'], PolicyName: 'default' },
  cloudhsm: {
    TagList: [{ Key: 't', Value: 'v' }],
    TagKeyList: ['t'],
    Policy: policy({ Action: 'cloudhsm:*', Principal: { AWS: OTHER }, Resource: '*' }),
  },
  keyhold: { Policies: [policy({ Action: '*', Resource: '*' })] },
};

/** Existing resources, and values for all other members. */
export interface Subject {
  readonly own: Readonly<Record<Kind, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Returns an input that names the subject's resources, and could succeed. */
export function inputFor(
  { service, id, members, named }: NamingOperation,
  subject: Subject,
): Record<string, unknown> {
  const required = Object.fromEntries(
    Object.entries(members).filter(([, { required }]) => required),
  );
  const existing = {
    keys: [''],
    ciphertexts: ['AAAA'],
    grant: { id: '', token: '' },
    account: ACCOUNT,
  };
  const values = { ...subject.values, ...valuesOf[service] };
  const known = Object.entries(values).filter(([name]) => Object.hasOwn(members, name));
  const input: Record<string, unknown> = {
    ...validInput(new Random(1), required, existing),
    ...Object.fromEntries(known),
    ...Object.fromEntries(named.map(([member, kind]) => [member, subject.own[kind]])),
  };
  if (id === 'iam:UpdateAssumeRolePolicy')
    input['PolicyDocument'] = subject.values['AssumeRolePolicyDocument'];
  if (id.endsWith('KeyPolicy'))
    input['Policy'] = policy({ Action: 'kms:*', Principal: { AWS: ACCOUNT }, Resource: '*' });
  return input;
}

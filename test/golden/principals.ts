/**
 * The callers of the authorisation matrix: one of each kind, in two accounts of one installation.
 */
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { keyhold } from '../support/keyhold-cli.ts';
import {
  administrator,
  clientsFor,
  fromSts,
  newUser,
  policy,
  type Clients,
} from '../support/principals.ts';
import type { World } from '../support/world.ts';

export const OWN = '111122223333';
export const OTHER = '444455556666';

const everything = { Action: '*', Resource: '*' };

export interface Caller {
  /** Heading of the caller's column, as in the legend. */
  readonly column: string;
  readonly meaning: string;
  readonly clients: Clients;
}

/** Returns the ARN of a user, by default of the key's account. */
export const user = (name: string, account = OWN): string => `arn:aws:iam::${account}:user/${name}`;

export async function makeCallers(world: World): Promise<Caller[]> {
  const admin = administrator(world);
  const { iam, sts } = admin;
  const named = await newUser(world, iam, 'named');
  const denied = await newUser(world, iam, 'denied', { Effect: 'Deny', ...everything });
  const stranger = await newUser(world, iam, 'stranger');
  const grantee = await newUser(world, iam, 'grantee');
  await iam.send(new CreateUserCommand({ UserName: 'nobody' }));
  const bounded = await newUser(world, iam, 'bounded', everything);
  const boundary = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'only-encrypt',
      PolicyDocument: policy({ Action: 'kms:Encrypt', Resource: '*' }),
    }),
  );
  await iam.send(
    new PutUserPermissionsBoundaryCommand({
      UserName: 'bounded',
      PermissionsBoundary: boundary.Policy?.Arn,
    }),
  );
  const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: OWN } });
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'operator', AssumeRolePolicyDocument: trust }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'operator',
      PolicyName: 'none',
      PolicyDocument: policy({ Action: 's3:*', Resource: '*' }),
    }),
  );
  const assume = async (Policy?: string): Promise<Clients> => {
    const input = {
      RoleArn: Role?.Arn,
      RoleSessionName: 'matrix',
      ...(Policy !== undefined && { Policy }),
    };
    return clientsFor(world, fromSts((await sts.send(new AssumeRoleCommand(input))).Credentials));
  };
  const made = await keyhold(['account', 'create', OTHER, 'other', '--json'], world.environment());
  const { AccessKeyId, SecretAccessKey } = JSON.parse(made.stdout) as Record<
    'AccessKeyId' | 'SecretAccessKey',
    string
  >;
  const other = clientsFor(world, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
  const poor = await newUser(world, other.iam, 'poor');
  return [
    { column: 'admin', meaning: 'user of the account, identity policy allows all', clients: admin },
    {
      column: 'bounded',
      meaning: 'the same, with a permissions boundary of kms:Encrypt',
      clients: bounded,
    },
    { column: 'stranger', meaning: 'user without policies, whom nothing names', clients: stranger },
    {
      column: 'named',
      meaning: 'user without policies, whom the key policy names',
      clients: named,
    },
    {
      column: 'denied',
      meaning: 'the same, with an identity policy that denies all',
      clients: denied,
    },
    {
      column: 'role',
      meaning: 'session of a role that the key policy names',
      clients: await assume(),
    },
    {
      column: 'session',
      meaning: 'the same, with a session policy of kms:Decrypt',
      clients: await assume(policy({ Action: 'kms:Decrypt', Resource: '*' })),
    },
    {
      column: 'grantee',
      meaning: 'user without policies, grantee where there is a grant',
      clients: grantee,
    },
    {
      column: 'other',
      meaning: 'user of another account, identity policy allows all',
      clients: other,
    },
    { column: 'poor', meaning: 'user of that account without policies', clients: poor },
  ];
}

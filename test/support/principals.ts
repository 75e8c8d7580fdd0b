import { CloudHSMV2Client } from '@aws-sdk/client-cloudhsm-v2';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient, type Credentials } from '@aws-sdk/client-sts';
import { awsFiles } from './aws-files.ts';
import type { World } from './world.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** AWS SDK clients that share one principal's credentials. */
export interface Clients extends Disposable {
  readonly kms: KMSClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly cloudhsm: CloudHSMV2Client;
}

export function clientsFor(
  world: World,
  credentials: AwsCredentials,
  region = world.region,
): Clients {
  const config = { region, endpoint: world.server.endpoint, credentials, maxAttempts: 1 };
  const kms = new KMSClient(config);
  const iam = new IAMClient(config);
  const sts = new STSClient(config);
  const cloudhsm = new CloudHSMV2Client(config);
  return {
    kms,
    iam,
    sts,
    cloudhsm,
    [Symbol.dispose]() {
      for (const client of [kms, iam, sts, cloudhsm]) client.destroy();
    },
  };
}

/** Returns clients of the management account's administrator. */
export function administrator(world: World): Clients {
  return clientsFor(world, awsFiles(world.data).credentials);
}

/** Converts credentials from an STS response to the SDK's form. */
export function fromSts({
  AccessKeyId = '',
  SecretAccessKey = '',
  SessionToken = '',
}: Partial<Credentials> = {}): AwsCredentials {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Returns a policy document with one statement, by default an Allow. */
export function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

/**
 * Creates a user in the account of `iam`, with an access key and, if given, an inline policy of one
 * statement.
 */
export async function newUser(
  world: World,
  iam: IAMClient,
  name: string,
  statement?: object,
): Promise<Clients> {
  await iam.send(new CreateUserCommand({ UserName: name }));
  if (statement) {
    await iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: 'own',
        PolicyDocument: policy(statement),
      }),
    );
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return clientsFor(world, {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  });
}

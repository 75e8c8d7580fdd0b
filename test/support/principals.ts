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

/** The AWS SDK's clients with somebody's credentials. */
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

/** The first administrator. */
export function administrator(world: World): Clients {
  return clientsFor(world, awsFiles(world.data).credentials);
}

/** What STS answered, as clients take it. */
export function fromSts({
  AccessKeyId = '',
  SecretAccessKey = '',
  SessionToken = '',
}: Partial<Credentials> = {}): AwsCredentials {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** A policy document of one statement. */
export function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

/** A user of the account of `iam`, with an access key, and an inline policy of one statement if given. */
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

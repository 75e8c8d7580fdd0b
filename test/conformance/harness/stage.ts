import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  KMSClient,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';
import { startWorld, type World } from '../../support/world.ts';
import { ALIASES_PER_KEY } from './aliases.ts';
import { GRANTS_PER_KEY } from './grants.ts';
import { awsFiles } from '../../support/aws-files.ts';

/** A call that was answered, for the audit trail to be held against. */
export interface Called {
  readonly operation: string;
  readonly requestId: string;
  readonly error: string | undefined;
}

/** What the tables of one test file play on: one Keyhold, its administrator, and a user who may do nothing. */
export interface Stage extends AsyncDisposable {
  readonly world: World;
  readonly account: string;
  readonly region: string;
  readonly kms: KMSClient;
  readonly nobody: KMSClient;
  /** Of a key that other tables leave alone. */
  readonly aliasName: string;
  readonly called: Called[];
  /** A new key's ARN. */
  readonly newKey: (input?: CreateKeyCommandInput) => Promise<string>;
  readonly arnOf: (resource: string) => string;
}

/** Well-formed, and no key's. */
export const UNKNOWN_KEY = '00000000-0000-4000-8000-000000000000';

/** Few, so that a test reaches them. */
const quotas = [
  '--quota',
  `aliasesPerKey=${ALIASES_PER_KEY}`,
  '--quota',
  `grantsPerKey=${GRANTS_PER_KEY}`,
];

export async function openStage(options: readonly string[] = []): Promise<Stage> {
  const world = await startWorld([...quotas, ...options]);
  const { kms, region } = world;
  const newKey = async (input: CreateKeyCommandInput = {}): Promise<string> =>
    (await kms.send(new CreateKeyCommand(input))).KeyMetadata?.Arn ?? '';
  const first = await newKey();
  const [, , , , account = ''] = first.split(':');
  const aliasName = 'alias/stage';
  await kms.send(new CreateAliasCommand({ AliasName: aliasName, TargetKeyId: first }));
  const nobody = await nobodysClient(world);
  return {
    world,
    account,
    region,
    kms,
    nobody,
    aliasName,
    called: [],
    newKey,
    arnOf: (resource) => `arn:aws:kms:${region}:${account}:${resource}`,
    async [Symbol.asyncDispose]() {
      nobody.destroy();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** A user without a policy. */
async function nobodysClient({ server: { endpoint }, data, region }: World): Promise<KMSClient> {
  const iam = new IAMClient({
    endpoint,
    region,
    credentials: awsFiles(data).credentials,
    maxAttempts: 1,
  });
  await iam.send(new CreateUserCommand({ UserName: 'nobody' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' }));
  iam.destroy();
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  return new KMSClient({ endpoint, region, credentials, maxAttempts: 1 });
}

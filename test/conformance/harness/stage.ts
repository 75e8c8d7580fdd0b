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

/** A call that was answered, for comparison with the audit trail. */
export interface RecordedCall {
  readonly operation: string;
  readonly requestId: string;
  readonly error: string | undefined;
}

/**
 * Fixture for the tables of a test file: an installation, its administrator, and a user without
 * permissions.
 */
export interface Stage extends AsyncDisposable {
  readonly world: World;
  readonly account: string;
  readonly region: string;
  readonly kms: KMSClient;
  readonly nobody: KMSClient;
  /** Alias of a key that no case changes. */
  readonly aliasName: string;
  readonly called: RecordedCall[];
  /** Creates a key. Returns its ARN. */
  readonly newKey: (input?: CreateKeyCommandInput) => Promise<string>;
  readonly arnOf: (resource: string) => string;
}

/** A well-formed key ID that no key has. */
export const UNKNOWN_KEY = '00000000-0000-4000-8000-000000000000';

/** Low quotas, so that tests can reach them. */
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

/** Creates a user without policies. Returns its KMS client. */
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

import { join } from 'node:path';
import { readFileIfThere, SecretText } from '../base/index.ts';
import { CliError, type Env } from './io.ts';

/** Endpoint and credentials for calls to Keyhold. */
export interface ApiAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: SecretText;
  readonly sessionToken?: string;
  /** File with the CA certificates to trust instead of the public ones. */
  readonly authorityFile?: string;
}

type Section = Readonly<Record<string, string>>;

/** Reads the `key = value` lines under `[name]` in a file of the AWS CLI. */
function readSection(text: string, name: string): Section {
  const section: Record<string, string> = {};
  let inside = false;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const header = /^\[\s*(?:profile\s+)?([^\]]*?)\s*\]$/.exec(line);
    if (header) inside = header[1] === name;
    const entry = inside && !/^[#;]/.test(line) ? /^([^=\s]+)\s*=\s*(.*)$/.exec(line) : null;
    if (entry?.[1] !== undefined && entry[2] !== undefined) section[entry[1]] = entry[2];
  }
  return section;
}

export function dataFolder(env: Env, given?: string): string {
  return given ?? (env['KEYHOLD_DATA'] || '.keyhold');
}

/** Reads the endpoint and credentials that `keyhold up` wrote to its data folder. */
export function accessInFolder(folder: string): ApiAccess {
  return accessFrom({}, join(folder, 'credentials'), join(folder, 'config'), 'default');
}

/**
 * Finds the endpoint and credentials like an AWS client: in the environment, then in the files that
 * it names, then in those of Keyhold's data folder.
 */
export function accessInEnv(env: Env): ApiAccess {
  const folder = dataFolder(env);
  const credentials = env['AWS_SHARED_CREDENTIALS_FILE'] || join(folder, 'credentials');
  return accessFrom(
    env,
    credentials,
    env['AWS_CONFIG_FILE'] || join(folder, 'config'),
    env['AWS_PROFILE'] || 'default',
  );
}

function accessFrom(
  env: Env,
  credentialsFile: string,
  configFile: string,
  profile: string,
): ApiAccess {
  const read = (file: string): Section =>
    readSection(readFileIfThere(file)?.toString('utf8') ?? '', profile);
  const config = read(configFile);
  const stored = env['AWS_ACCESS_KEY_ID'] ? {} : read(credentialsFile);
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] || stored['aws_access_key_id'];
  const secret =
    accessKeyId === env['AWS_ACCESS_KEY_ID']
      ? env['AWS_SECRET_ACCESS_KEY']
      : stored['aws_secret_access_key'];
  const sessionToken =
    accessKeyId === env['AWS_ACCESS_KEY_ID']
      ? env['AWS_SESSION_TOKEN']
      : stored['aws_session_token'];
  const endpoint = env['AWS_ENDPOINT_URL'] || config['endpoint_url'];
  if (!accessKeyId || !secret || !endpoint) {
    throw new CliError(
      `no endpoint and access key in the environment or in ${credentialsFile}; start \`keyhold up\`, or pass its data folder with --data or KEYHOLD_DATA`,
    );
  }
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || config['region'] || 'us-east-1';
  const authorityFile = env['AWS_CA_BUNDLE'] || config['ca_bundle'];
  return {
    endpoint,
    region,
    accessKeyId,
    secretAccessKey: new SecretText(secret),
    ...(sessionToken && { sessionToken }),
    ...(authorityFile && { authorityFile }),
  };
}

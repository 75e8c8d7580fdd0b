import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where a Keyhold is and how to call it. */
export interface Server {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Ends it and removes its data, if it is the demo's own. */
  close(): Promise<void>;
}

/** The server that the environment points at, as `keyhold env` prints it; undefined if it points at none. */
export function serverOf(env: NodeJS.ProcessEnv): Server | undefined {
  const endpoint = env['AWS_ENDPOINT_URL'];
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    endpoint,
    region: env['AWS_REGION'] ?? 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    close: async () => undefined,
  };
}

/** Runs `keyhold up` for the demo alone, on a free port, with its data in a temporary folder. */
export async function startTemporaryServer(program: string, env: NodeJS.ProcessEnv): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'keyhold-demo-'));
  const child = spawn(process.execPath, [program, 'up', '--port', '0', '--data', folder], { stdio: ['ignore', 'pipe', 'ignore'], env });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  for await (const line of createInterface(child.stdout)) {
    const endpoint = /^Keyhold is ready at (\S+)/.exec(line)?.[1];
    if (endpoint !== undefined) return { endpoint, region: 'us-east-1', credentials: credentialsIn(folder), close };
  }
  await close();
  throw new Error('a temporary Keyhold could not be started; run `keyhold up` to see why');
}

function credentialsIn(folder: string): Server['credentials'] {
  const text = readFileSync(join(folder, 'credentials'), 'utf8');
  const value = (name: string): string => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)?.[1] ?? '';
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
}

/**
 * Test fixture: a complete Keyhold installation, started as a user starts it (real processes, free
 * ports, a temporary folder), with AWS SDK clients for it. Disposing of it removes everything.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudHSMV2Client } from '@aws-sdk/client-cloudhsm-v2';
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import { awsFiles } from './aws-files.ts';

const ENTRY = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;
const READY = /^Keyhold is ready at (https?:\/\/\S+)$/m;
const START_TIMEOUT_MS = 30_000;

export interface Running {
  readonly endpoint: string;
  readonly process: ChildProcess;
  /** Returns everything that the server wrote to standard output and standard error. */
  output(): string;
}

export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly region: string;
  readonly kms: KMSClient;
  /** Returns a KMS client for another Region, with the same credentials. */
  kmsIn(region: string): KMSClient;
  readonly cloudhsm: CloudHSMV2Client;
  cloudhsmIn(region: string): CloudHSMV2Client;
  readonly sts: STSClient;
  readonly server: Running;
  /** Returns the environment for the AWS CLI and `keyhold`. */
  environment(): NodeJS.ProcessEnv;
  /** Stops the server with SIGTERM and waits until it has exited. */
  stop(): Promise<void>;
  /** Kills the server with SIGKILL and waits until it has exited. */
  kill(): Promise<void>;
  /** Starts the server again on the same data. The clients use its new endpoint. */
  start(...options: string[]): Promise<void>;
}

/** A user of this machine, by number. Only root can start processes as another user. */
export interface MachineUser {
  readonly uid: number;
  readonly gid: number;
}

interface ProcessOptions extends Partial<MachineUser> {
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `keyhold up` on a free port and waits for its ready line. */
export async function startServer(
  data: string,
  options: readonly string[] = [],
  settings: ProcessOptions = {},
): Promise<Running> {
  const child = spawn(process.execPath, [ENTRY, 'up', '--port', '0', '--data', data, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...settings,
    env: { ...(settings.env ?? process.env), NODE_OPTIONS: '' },
  });
  let output = '';
  const ready = new Promise<string>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`no ready line after ${START_TIMEOUT_MS} ms:\n${output}`)),
      START_TIMEOUT_MS,
    );
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      const endpoint = READY.exec(output)?.[1];
      if (endpoint === undefined) return;
      clearTimeout(late);
      resolve(endpoint);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`keyhold up ended with ${code}:\n${output}`));
    });
  });
  try {
    return { endpoint: await ready, process: child, output: () => output };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Sends a server a signal and waits until it has exited. */
export async function endServer(
  { process: child }: Running,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** Where and as which user a world runs. Default: in a new folder, as the user of the test. */
export interface WorldPlace {
  readonly folder: string;
  readonly user: MachineUser;
}

export async function startWorld(
  options: readonly string[] = [],
  place?: WorldPlace,
): Promise<World> {
  const folder = place?.folder ?? mkdtempSync(join(tmpdir(), 'keyhold-test-'));
  const data = join(folder, 'data');
  let server = await startServer(data, options, place?.user).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const region = 'us-east-1';
  const config = {
    region,
    endpoint: async () => {
      const { protocol, hostname, port } = new URL(server.endpoint);
      return { protocol, hostname, port: Number(port), path: '/' };
    },
    credentials: async () => awsFiles(data).credentials,
    maxAttempts: 1,
  };
  const kms = new KMSClient(config);
  const elsewhere = new Map<string, KMSClient>();
  const cloudhsm = new CloudHSMV2Client(config);
  const sts = new STSClient(config);
  const others: CloudHSMV2Client[] = [];
  return {
    folder,
    data,
    region,
    kms,
    kmsIn(other) {
      const client = elsewhere.get(other) ?? new KMSClient({ ...config, region: other });
      elsewhere.set(other, client);
      return client;
    },
    cloudhsm,
    cloudhsmIn(other) {
      const client = new CloudHSMV2Client({ ...config, region: other });
      others.push(client);
      return client;
    },
    sts,
    get server() {
      return server;
    },
    environment: () => ({
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_SHARED_CREDENTIALS_FILE: join(data, 'credentials'),
      AWS_CONFIG_FILE: join(data, 'config'),
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: awsFiles(data).credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: awsFiles(data).credentials.secretAccessKey,
    }),
    stop: () => endServer(server, 'SIGTERM'),
    kill: () => endServer(server, 'SIGKILL'),
    async start(...more) {
      server = await startServer(data, [...options, ...more], place?.user);
    },
    async [Symbol.asyncDispose]() {
      for (const client of [kms, cloudhsm, sts, ...elsewhere.values(), ...others]) client.destroy();
      await endServer(server, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Returns all events of the audit trail. */
export function auditEvents(data: string): Record<string, unknown>[] {
  return readFileSync(join(data, 'audit', 'trail.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

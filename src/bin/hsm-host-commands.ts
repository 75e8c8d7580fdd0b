import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readFileIfThere, systemClock, type Logger } from '../base/index.ts';
import type { HostIdentity } from '../cluster/index.ts';
import { parseDuration, parseHostAndPort, type HostAndPort } from '../node/option-values.ts';

interface EnrolOptions {
  readonly data: string;
  readonly zone: string;
  readonly address?: string;
  readonly valid: number;
}

interface ServeOptions {
  readonly data: string;
  readonly token?: string;
  readonly listen: HostAndPort;
  readonly address?: string;
}

const ENROL_HELP = `
Requires that Keyhold was started with --hsm-hosts. The token works once. Keep it secret: any machine that has it can
enrol. On the other machine, run:
  keyhold hsm serve --data DIR --listen 10.0.2.7:2223 --token TOKEN
From then on, create-hsm in that zone uses the machine while it is connected and runs no other HSM.`;

const SERVE_HELP = `
The machine connects to Keyhold's control plane by mutual TLS and runs one HSM for it. Keys are stored only in the data
folder, sealed under KEYHOLD_HSM_PASSPHRASE or a key file there. The token is needed once. The HSM runs while the
machine is connected to the control plane. Ctrl-C stops it.

Examples:
  keyhold hsm serve --data DIR --listen 10.0.2.7:2223 --token TOKEN
  keyhold hsm serve --data DIR --listen 10.0.2.7:2223`;

/** `keyhold hsm enrol`: stores an enrolment token in Keyhold's data folder and prints it. */
export function enrolCommand(): Command {
  return new Command('enrol')
    .description('create a token that lets one other machine run an HSM of a zone')
    .requiredOption('--zone <zone>', 'availability zone of the machine, e.g. us-east-1b')
    .option(
      '--data <folder>',
      'data folder of `keyhold up`',
      process.env['KEYHOLD_DATA'] || '.keyhold',
    )
    .option(
      '--address <host:port>',
      'address at which the machine reaches the control plane (default: that of --hsm-hosts)',
    )
    .addOption(
      new Option('--valid <time>', 'lifetime of the token, e.g. 30m')
        .argParser(parseDuration)
        .default(3_600_000, '1h'),
    )
    .addHelpText('after', ENROL_HELP)
    .action((options: EnrolOptions) => attempt(() => enrolHost(options)));
}

async function enrolHost({ data, zone, address, valid }: EnrolOptions): Promise<void> {
  const { encodeToken, HostFiles, hostsFolder, openHostAuthority } =
    await import('../cluster/index.ts');
  const folder = hostsFolder(data);
  const listening = address ?? readFileIfThere(join(folder, 'address'))?.toString().trim();
  if (listening === undefined)
    throw new Error(
      'Keyhold does not listen for HSM hosts; start it with --hsm-hosts address:port',
    );
  const { certificate: authority } = await openHostAuthority(folder, systemClock);
  const token = new HostFiles(folder).createToken(zone, systemClock.now() + valid);
  process.stdout.write(`${encodeToken({ address: listening, authority, ...token })}\n`);
}

/** `keyhold hsm serve`: runs an HSM on this machine for Keyhold on another one. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run an HSM on this machine for Keyhold on another machine')
    .requiredOption('--data <folder>', 'folder for this machine’s identity and the HSM')
    .requiredOption(
      '--listen <address:port>',
      'address that the HSM listens on; port 0 picks a free port',
      parseHostAndPort,
    )
    .option(
      '--address <address>',
      'address at which the front end and other HSMs reach it (default: that of --listen)',
    )
    .option('--token <token>', 'token printed by `keyhold hsm enrol`; needed once')
    .addHelpText('after', SERVE_HELP)
    .action((options: ServeOptions) => attempt(() => serve(options)));
}

async function serve({ data, token, listen, address }: ServeOptions): Promise<void> {
  const { launchHsmAt, serveHsms } = await import('../cluster/index.ts');
  const root = join(data, 'hsms');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const identity = await identityOf(data, token, address ?? listen.host);
  // The HSM continues when the reader of its log has gone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort());
  process.stdout.write(`HSM host ${identity.hostId} serves ${identity.controlPlane}\n`);
  await serveHsms({
    identity,
    launch: () => launchHsmAt({ root, ...listen }),
    log,
    signal: stopping.signal,
  });
}

async function identityOf(
  data: string,
  token: string | undefined,
  address: string,
): Promise<HostIdentity> {
  const { decodeToken, enrol, readHostIdentity } = await import('../cluster/index.ts');
  const known = readHostIdentity(data);
  if (known) return known;
  if (token === undefined)
    throw new Error(
      'this machine is not enrolled; pass the token printed by `keyhold hsm enrol` with --token',
    );
  const decoded = decodeToken(token);
  if (!decoded) throw new Error('--token is not a token printed by `keyhold hsm enrol`');
  return enrol(data, decoded, address);
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(
      `keyhold: ${error instanceof Error ? error.message : 'unknown failure'}\n`,
    );
    process.exitCode = 1;
  }
}

const line = (context: object, message: string): void => {
  const fields = Object.entries(context).map(
    ([name, value]) => `${name}=${value instanceof Error ? value.message : value}`,
  );
  process.stderr.write(`${[message, ...fields].join(' ')}\n`);
};
const log: Logger = { debug: () => undefined, info: line, warn: line, error: line };

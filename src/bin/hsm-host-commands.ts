import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
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
  readonly tokenFile?: string;
  readonly listen: HostAndPort;
  readonly address?: string;
}

const ENROL_HELP = `
Requires that Keyhold was started with --hsm-hosts, or --address. The token works once. Keep it secret: any machine that
has it can enrol. The host's ID is printed beside it (on standard error), for keyhold up --managed-hsm-host. On the other
machine, run:
  keyhold hsm serve --data DIR --listen 10.0.2.7:2223 --token-file FILE
From then on, create-hsm in that zone uses the machine while it is connected and runs no other HSM.

Examples:
  keyhold hsm enrol --zone us-east-1b --data /srv/keyhold > token
  keyhold hsm enrol --zone us-east-1a --address 10.0.1.5:4600 > token      before the first start of keyhold up`;

const SERVE_HELP = `
The machine connects to Keyhold's control plane by mutual TLS and runs one HSM for it. Keys are stored only in the data
folder, sealed under the systemd credential keyhold-device-key, KEYHOLD_HSM_PASSPHRASE or a key file there. The token is
needed once. All users of the machine can read the arguments of a process, so pass it in a file or in KEYHOLD_HSM_TOKEN.
The HSM runs while the machine is connected to the control plane. Ctrl-C stops it.

Examples:
  keyhold hsm serve --data DIR --listen 10.0.2.7:2223 --token-file token
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
      'Keyhold has not listened for HSM hosts yet; start it with --hsm-hosts address:port, or pass --address',
    );
  // Before the first start of Keyhold this creates the folder.
  const files = new HostFiles(folder);
  const { certificate: authority } = await openHostAuthority(folder, systemClock);
  const token = files.createToken(zone, systemClock.now() + valid);
  process.stderr.write(`ID of the host: ${token.id}\n`);
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
    .option(
      '--token-file <file>',
      'file with the token that `keyhold hsm enrol` prints; needed once',
    )
    .addOption(
      new Option('--token <token>', 'the token itself; visible to all users of the machine').env(
        'KEYHOLD_HSM_TOKEN',
      ),
    )
    .addHelpText('after', SERVE_HELP)
    .action((options: ServeOptions) => attempt(() => serve(options)));
}

async function serve(options: ServeOptions): Promise<void> {
  const { data, listen, address } = options;
  // The HSM's process must not inherit it.
  delete process.env['KEYHOLD_HSM_TOKEN'];
  const { launchHsmAt, serveHsms } = await import('../cluster/index.ts');
  const root = join(data, 'hsms');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  const identity = await identityOf(data, tokenOf(options), address ?? listen.host);
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

function tokenOf({ token, tokenFile }: ServeOptions): string | undefined {
  if (tokenFile === undefined) return token;
  // The file may be gone after the enrolment.
  return readFileIfThere(tokenFile)?.toString().trim();
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
      'this machine is not enrolled; pass the token that `keyhold hsm enrol` prints with --token-file',
    );
  const decoded = decodeToken(token);
  if (!decoded) throw new Error('this is not a token that `keyhold hsm enrol` prints');
  return enrol(data, decoded, address);
}

const RECOVERY_HELP = `
Prints the admin password of the default key store's HSM, which keyhold up --recovery-key has sealed at the first start.
For an RSA key, openssl alone does the same:
  jq -r .sealedPassword FILE | base64 -d | openssl pkeyutl -decrypt -inkey KEY -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256

Example:
  keyhold hsm open-recovery --file admin-recovery.json --key recovery.key`;

/** `keyhold hsm open-recovery`: opens the managed HSM's admin password with the recovery key. */
export function openRecoveryCommand(): Command {
  return new Command('open-recovery')
    .description('print the sealed admin password of the default key store’s HSM')
    .requiredOption('--file <file>', 'managed/admin-recovery.json of the data folder')
    .requiredOption('--key <file>', 'private key of --recovery-key (PEM, without passphrase)')
    .addHelpText('after', RECOVERY_HELP)
    .action(({ file, key }: { file: string; key: string }) =>
      attempt(async () => {
        const { openRecoveryFile } = await import('../cluster/index.ts');
        const [content, keyPem] = [file, key].map((path) => readFileSync(path, 'utf8'));
        process.stdout.write(`${openRecoveryFile(content ?? '', keyPem ?? '').reveal()}\n`);
      }),
    );
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

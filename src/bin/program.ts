import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };

/** By name. Each is loaded only when it is wanted: `env` must not wait for the server's code, nor `up` for the clients'. */
const subCommands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up.ts')).upCommand(),
  env: async () => (await import('./clients.ts')).env(),
  status: async () => (await import('./clients.ts')).status(),
  hsm: async () => (await import('./clients.ts')).hsm(),
  account: async () => (await import('./clients.ts')).account(),
  policy: async () => (await import('./clients.ts')).policy(),
  audit: async () => (await import('./audit-command.ts')).auditCommand(),
  demo: async () => (await import('./clients.ts')).demo(),
};

const EXAMPLES = `
Examples:
  keyhold up                        start Keyhold, its data in .keyhold
  eval "$(keyhold env)"             point AWS clients in this shell at it
  aws kms list-keys
  keyhold status                    the front end, clusters, HSMs and key stores
  keyhold hsm user list --help      manage the HSMs of a cluster, as with cloudhsm-cli
  keyhold account create            another account, with an administrator of its own
  keyhold policy who-can KEY        who can use or administer a key, and through what
  keyhold audit verify              check that nobody has touched the audit trail
  keyhold audit reconcile           compare it with the logs of a cluster's own HSMs
  keyhold demo                      see the six steps to a KMS key in your own HSMs

\`keyhold <command> --help\` says more about each.`;

/** Runs `keyhold` with the arguments of the process; exit codes are set, not taken. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const program = new Command('keyhold')
    .description(
      'a key management service with custom key stores: the AWS KMS and AWS CloudHSM APIs over HSMs that you control',
    )
    .version(manifest.version, '--version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES);
  const wanted = argv[2] ?? '';
  const names = Object.hasOwn(subCommands, wanted) ? [wanted] : Object.keys(subCommands);
  for (const name of names) {
    const command = await subCommands[name]?.();
    if (command) program.addCommand(command);
  }
  await program.parseAsync(argv);
}

/** Whoever read the output (`| head`) may stop reading; the command goes on to its end, so that it cleans up after itself. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

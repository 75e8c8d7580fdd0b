import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };

/**
 * Sub-commands by name. Each is loaded on demand: `env` must not wait for the server's code, or
 * `up` for the clients'.
 */
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
  eval "$(keyhold env)"             point the AWS clients of this shell at it
  aws kms list-keys
  keyhold status                    show the front end, clusters, HSMs and key stores
  keyhold hsm user list --help      manage the HSMs of a cluster, as with cloudhsm-cli
  keyhold account create            create another account with its own administrator
  keyhold policy who-can KEY        list who can use or administer a key, and why
  keyhold audit verify              check that the audit trail was not changed
  keyhold audit reconcile           compare it with the logs of a cluster's own HSMs
  keyhold demo                      run the six steps to a KMS key in your own HSMs

\`keyhold <command> --help\` describes each command.`;

/** Runs `keyhold` with the arguments of the process. Sets the exit code, does not exit. */
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

/**
 * Ignores a reader that stops early (`| head`): the command runs to its end, so that it cleans up
 * after itself.
 */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

import { Command } from 'commander';

/** `keyhold account recover`: a new access key for the first administrator, while Keyhold is stopped. */
export function recoverCommand(): Command {
  return new Command('recover')
    .description(
      'give the first administrator full access and a new access key again; Keyhold must be stopped',
    )
    .requiredOption('--data <folder>', 'data folder of `keyhold up`')
    .addHelpText(
      'after',
      '\nWhoever holds the data folder can do this. It takes all other access keys, policies and groups from the user admin of\nthe first account, and writes the new access key to credentials in the data folder.',
    )
    .action(async ({ data }: { data: string }) => {
      try {
        const { recoverAdministrator } = await import('../node/recover-administrator.ts');
        const { accessKeyId } = await recoverAdministrator(data);
        process.stdout.write(`The access key ${accessKeyId} is in ${data}/credentials.\n`);
      } catch (error) {
        process.stderr.write(
          `keyhold: ${error instanceof Error ? error.message : 'unknown failure'}\n`,
        );
        process.exitCode = 1;
      }
    });
}

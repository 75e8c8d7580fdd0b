import { Command } from 'commander';

/** `keyhold account recover`: resets the first administrator's access while Keyhold is stopped. */
export function recoverCommand(): Command {
  return new Command('recover')
    .description(
      'restore full access of the first administrator with a new access key; Keyhold must be stopped',
    )
    .requiredOption('--data <folder>', 'data folder of `keyhold up`')
    .addHelpText(
      'after',
      [
        '',
        'Requires only the data folder. Removes all other access keys, policies and groups of the user admin in the first',
        'account, and writes the new access key to the file credentials in the data folder.',
        '',
        'Example:',
        '  keyhold account recover --data .keyhold',
      ].join('\n'),
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

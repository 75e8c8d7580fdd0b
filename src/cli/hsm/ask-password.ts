import { CliError, type CliIo } from '../io.ts';

/** Returns the password of the option, or prompts for it twice. */
export async function newPassword(io: CliIo, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const ask = prompt(io);
  const password = await ask('Enter password: ');
  if (password !== (await ask('Confirm password: ')))
    throw new CliError('the passwords do not match; nothing was changed');
  return password;
}

/** Returns the password of the option, or prompts for it. */
export async function knownPassword(io: CliIo, given: string | undefined): Promise<string> {
  return given ?? (await prompt(io)('Enter password: '));
}

function prompt(io: CliIo): (question: string) => Promise<string> {
  if (!io.askSecret)
    throw new CliError(
      'missing password: pass --password, or run the command in a terminal to be prompted',
    );
  return io.askSecret;
}

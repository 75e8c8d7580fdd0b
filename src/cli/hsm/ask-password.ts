import { CliError, type CliIo } from '../io.ts';

/** The password given as an option, else asked for twice. */
export async function newPassword(io: CliIo, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const ask = prompt(io);
  const password = await ask('Enter password: ');
  if (password !== (await ask('Confirm password: ')))
    throw new CliError('the passwords are not the same; nothing was changed');
  return password;
}

/** The password given as an option, else asked for. */
export async function knownPassword(io: CliIo, given: string | undefined): Promise<string> {
  return given ?? (await prompt(io)('Enter password: '));
}

function prompt(io: CliIo): (question: string) => Promise<string> {
  if (!io.askSecret)
    throw new CliError(
      'no password: give --password, or run the command in a terminal to be asked for it',
    );
  return io.askSecret;
}

import type { Command } from 'commander';
import { HsmUnreachableError } from '../../hsm/client/index.ts';
import { HsmError } from '../../hsm/wire/index.ts';
import { messageOf, type CliIo } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import type { Format } from './format.ts';

/**
 * Returns a commander action that runs `work` with the options of the command and of `keyhold hsm`,
 * and prints the result. Commander has no types: the declaration of the command, a few lines above
 * the call, must fit the options that `work` takes.
 */
export function act(
  context: HsmContext,
  work: (context: HsmContext, options: never) => Promise<unknown>,
) {
  return (_given: unknown, command: Command): Promise<void> => {
    const { format = context.session?.format ?? 'cloudhsm-cli' } =
      command.optsWithGlobals<TargetOptions>();
    return answer(context.io, format, () => work(context, command.optsWithGlobals<never>()));
  };
}

/** Prints like cloudhsm-cli: always JSON on the output, with an exit code equal to `error_code`. */
async function answer(io: CliIo, format: Format, work: () => Promise<unknown>): Promise<void> {
  try {
    print(io, format, { error_code: 0, data: await work() });
  } catch (error) {
    print(io, format, {
      error_code: 1,
      ...(format === 'keyhold' && { error: errorName(error) }),
      data: explain(error),
    });
    io.setExitCode(1);
  }
}

/** Boolean members that cloudhsm-cli writes as strings. */
const TEXTUAL: ReadonlySet<string> = new Set(['locked']);

function print(io: CliIo, format: Format, answer: object): void {
  const asCloudHsm = (name: string, value: unknown): unknown =>
    TEXTUAL.has(name) ? String(value) : value;
  io.out(`${JSON.stringify(answer, format === 'cloudhsm-cli' ? asCloudHsm : undefined, 2)}\n`);
}

/**
 * Returns an error name for programs: the HSM's code, the reason why it is unreachable, or invalid
 * usage.
 */
function errorName(error: unknown): string {
  if (error instanceof HsmError) return error.code;
  return error instanceof HsmUnreachableError ? `hsm-${error.reason}` : 'invalid-usage';
}

function explain(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof HsmUnreachableError) || error.reason !== 'untrusted') return message;
  return `${message}; its certificate is not signed by the CA in --ca-file: the HSM belongs to another cluster, or the cluster is not initialized`;
}

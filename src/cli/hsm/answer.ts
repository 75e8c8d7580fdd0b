import type { Command } from 'commander';
import { HsmUnreachableError } from '../../hsm/client/index.ts';
import { HsmError } from '../../hsm/wire/index.ts';
import { messageOf, type CliIo } from '../io.ts';
import type { HsmContext, TargetOptions } from './context.ts';
import type { Format } from './format.ts';

/**
 * For commander: runs `work` with the command's options and those of `keyhold hsm`, and prints what
 * it returns. Commander knows no types: that the options are what `work` takes is said where the
 * command is declared, a few lines above the call.
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

/**
 * Prints as cloudhsm-cli does: always JSON on the output, the exit code says the same as
 * `error_code`.
 */
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

/** Members that cloudhsm-cli writes as strings though they are booleans. */
const TEXTUAL: ReadonlySet<string> = new Set(['locked']);

function print(io: CliIo, format: Format, answer: object): void {
  const asCloudHsm = (name: string, value: unknown): unknown =>
    TEXTUAL.has(name) ? String(value) : value;
  io.out(`${JSON.stringify(answer, format === 'cloudhsm-cli' ? asCloudHsm : undefined, 2)}\n`);
}

/**
 * For programs: the HSM's own code, why it could not be asked, or that the command made no sense.
 */
function errorName(error: unknown): string {
  if (error instanceof HsmError) return error.code;
  return error instanceof HsmUnreachableError ? `hsm-${error.reason}` : 'invalid-usage';
}

function explain(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof HsmUnreachableError) || error.reason !== 'untrusted') return message;
  return `${message}. The HSM's certificate is not signed by the CA in --ca-file: it is another cluster's HSM, or the cluster is not initialized yet`;
}

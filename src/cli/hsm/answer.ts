import { HsmUnreachableError } from '../../hsm/client/index.ts';
import { messageOf, type CliIo } from '../io.ts';

/** Prints what `work` returns as cloudhsm-cli does: always JSON on the output, the exit code says the same as `error_code`. */
export async function answer(io: CliIo, work: () => Promise<unknown>): Promise<void> {
  try {
    print(io, 0, await work());
  } catch (error) {
    print(io, 1, explain(error));
    io.setExitCode(1);
  }
}

function print(io: CliIo, errorCode: 0 | 1, data: unknown): void {
  io.out(`${JSON.stringify({ error_code: errorCode, data }, undefined, 2)}\n`);
}

function explain(error: unknown): string {
  const message = messageOf(error);
  if (!(error instanceof HsmUnreachableError) || error.reason !== 'untrusted') return message;
  return `${message}. The HSM's certificate is not signed by the CA in --ca-file: it is another cluster's HSM, or the cluster is not initialized yet`;
}

import { Command } from 'commander';
import { systemClock, type Clock } from '../../base/index.ts';
import { accessInEnv } from '../access.ts';
import { createApi } from '../api.ts';
import { attempt, type CliIo, type Env } from '../io.ts';
import { createCustomerCa } from './customer-ca.ts';
import { explanation, twoViews } from './report.ts';
import { Scene } from './scene.ts';
import { showBothSides, steps } from './steps.ts';
import { startTemporaryServer } from './temporary-server.ts';

/** `keyhold demo`: runs the six steps. `program` is the file that runs the temporary server. */
export function demoCommand(
  env: Env,
  io: CliIo,
  program: string,
  clock: Clock = systemClock,
): Command {
  return new Command('demo')
    .description(
      'run the six steps to a KMS key in your own HSM cluster, and show the key from both sides',
    )
    .addHelpText(
      'after',
      '\nUses the server at AWS_ENDPOINT_URL. If it is not set, starts a temporary server and removes it afterwards.\n\nExamples:\n  keyhold demo\n  eval "$(keyhold env)" && keyhold demo',
    )
    .action(() => attempt(io, () => demo(env, io, program, clock)));
}

async function demo(env: Env, io: CliIo, program: string, clock: Clock): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const running = env['AWS_ENDPOINT_URL'];
  if (running === undefined)
    io.out('Starting a temporary server; set AWS_ENDPOINT_URL to use a running one.\n');
  const access =
    running === undefined
      ? stack.use(await startTemporaryServer(program, env)).access
      : accessInEnv(env);
  const scene = new Scene(createApi(access), await createCustomerCa(clock), clock);
  for (const [index, step] of steps.entries()) {
    const start = clock.now();
    const result = await step.run(scene);
    io.out(
      `${index + 1}. ${step.title}\n     ${result}  [${((clock.now() - start) / 1_000).toFixed(2)} s]\n`,
    );
  }
  io.out(twoViews(await showBothSides(scene)));
  io.out(explanation(scene, running === undefined));
}

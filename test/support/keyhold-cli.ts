import { spawn } from 'node:child_process';

const ENTRY = new URL('../../src/bin/keyhold.ts', import.meta.url).pathname;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to completion, without standard input. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs `keyhold ARGS` as a process. */
export function keyhold(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return run(process.execPath, [ENTRY, ...args], env);
}

/**
 * Runs `keyhold hsm ARGS` and returns the `data` of its output. Throws with its message if it
 * failed.
 */
export async function keyholdHsm(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<unknown> {
  const { stdout, stderr } = await keyhold(['hsm', ...args], env);
  const answer = JSON.parse(stdout === '' ? '{"error_code":1,"data":"no output"}' : stdout) as {
    error_code: number;
    data: unknown;
  };
  if (answer.error_code !== 0)
    throw new Error(`keyhold hsm ${args.join(' ')}: ${JSON.stringify(answer.data)} ${stderr}`);
  return answer.data;
}

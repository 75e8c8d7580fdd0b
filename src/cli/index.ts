/**
 * cli: the commands of `keyhold` that act on a running installation from outside: env, status,
 * account, policy, hsm, audit reconcile, demo. Like any client, they speak HTTP or the HSM wire
 * protocol. They must not use the server's code. Begin at `hsm/hsm-command.ts` or `status.ts`.
 */
export { accountCommand } from './account-command.ts';
export { envCommand } from './env.ts';
export { policyCommand } from './policy/policy-command.ts';
export { reconcileCommand } from './reconcile/reconcile-command.ts';
export { statusCommand } from './status.ts';
export { demoCommand } from './demo/demo-command.ts';
export { hsmCommand } from './hsm/hsm-command.ts';
export { type CliIo } from './io.ts';
export { terminalIo } from './terminal.ts';

/**
 * hsm: the HSM process, which holds keys and nothing else: users, keys, audit log and their copies
 * on its peers, behind a TLS port and a control channel. It must not know KMS, accounts or who owns
 * these keys there. Begin at `hsm.ts`, then `commands/table.ts`.
 */
export { ControlService } from './control/index.ts';

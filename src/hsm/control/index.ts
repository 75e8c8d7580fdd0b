/**
 * hsm/control: the HSM's end of its control channel: provisioning, certificates, peers, cloning,
 * stopping. Nothing here can read or use a key. It must not know users. Begin at `table.ts`.
 */
export { ControlService } from './control-service.ts';

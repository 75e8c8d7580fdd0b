/**
 * hsm/control: the HSM's end of its control channel: birth, certificates, peers, cloning, stopping. Nothing here can read
 * or use a key. Begin at `table.ts`.
 */
export { ControlService, type ControlOptions } from './control-service.ts';

/**
 * hsm/server: TLS, frames and connections: passes requests to the commands and returns their
 * responses. It must not know what a command does. Begin at `client-connection.ts`.
 */
export { HsmServer } from './server.ts';

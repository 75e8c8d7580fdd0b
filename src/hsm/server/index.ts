/**
 * hsm/server: TLS, frames and connections: brings requests to the commands, and answers back. It must not know what a
 * command does. Begin at `connection.ts`.
 */
export { HsmServer } from './server.ts';

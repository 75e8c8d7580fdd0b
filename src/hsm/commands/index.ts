/**
 * hsm/commands: what each command of the wire does, which users may send it, and in which state of
 * the cluster. One table, with a family of commands per file. It must not know sockets or frames.
 * Begin at `table.ts`. To add a command, add an entry to its family's file.
 */
export type { HsmClient } from './command.ts';
export { execute } from './execute.ts';

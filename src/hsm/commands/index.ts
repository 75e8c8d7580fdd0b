/**
 * hsm/commands: what each command of the wire does, who may give it and when: one table, a family of commands in each
 * file. It must not know sockets or frames. Begin at `table.ts`; to add a command, write its entry in its family's file.
 */
export type { HsmClient } from './command.ts';
export { execute } from './execute.ts';

import type { Command } from 'commander';
import type { HsmContext } from './context.ts';
import { addTokenCommands } from './quorum-tokens.ts';
import { addValueCommands } from './quorum-values.ts';

/** Adds the commands for approval by M of N users. */
export function addQuorumCommands(hsm: Command, context: HsmContext): void {
  const sign = hsm
    .command('quorum')
    .description('approval by several users')
    .command('token-sign')
    .description('approval by signed tokens');
  addTokenCommands(sign, context);
  addValueCommands(sign, context);
}

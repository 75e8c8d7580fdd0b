import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { demoCommand, envCommand, hsmCommand, statusCommand, terminalIo } from '../cli/index.ts';

const io = terminalIo(process, (code) => {
  process.exitCode = code;
});

export const env = (): Command => envCommand(process.env, io);
export const status = (): Command => statusCommand(process.env, io);
export const hsm = (): Command => hsmCommand(process.env, io);
/** It runs this same program for a server of its own. */
export const demo = (): Command => demoCommand(process.env, io, fileURLToPath(new URL('keyhold.ts', import.meta.url)));

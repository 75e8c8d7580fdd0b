import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { trailEvents } from '../audit/index.ts';
import {
  accountCommand,
  demoCommand,
  envCommand,
  hsmCommand,
  policyCommand,
  reconcileCommand,
  statusCommand,
  terminalIo,
} from '../cli/index.ts';
import { enrolCommand, openRecoveryCommand, serveCommand } from './hsm-host-commands.ts';
import { recoverCommand } from './recover.ts';

const io = terminalIo(process, (code) => {
  process.exitCode = code;
});

export const env = (): Command => envCommand(process.env, io);
export const status = (): Command => statusCommand(process.env, io);
/** The commands for HSM users, plus those that let another machine run an HSM. */
export const hsm = (): Command =>
  hsmCommand(process.env, io)
    .addCommand(enrolCommand())
    .addCommand(serveCommand())
    .addCommand(openRecoveryCommand());
export const reconcile = (): Command =>
  reconcileCommand({
    env: process.env,
    io,
    readTrail: (dataFolder) => trailEvents(join(dataFolder, 'audit')),
  });
export const policy = (): Command => policyCommand(process.env, io);
/** `recover` works on a stopped installation, so it is composed here and not in cli/. */
export const account = (): Command => accountCommand(process.env, io).addCommand(recoverCommand());
/** The demo runs this program for its temporary server. */
export const demo = (): Command =>
  demoCommand(process.env, io, fileURLToPath(new URL('keyhold.ts', import.meta.url)));

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
import { enrolCommand, serveCommand } from './hsm-host-commands.ts';
import { recoverCommand } from './recover.ts';

const io = terminalIo(process, (code) => {
  process.exitCode = code;
});

export const env = (): Command => envCommand(process.env, io);
export const status = (): Command => statusCommand(process.env, io);
/** All of it speaks to HSMs, but for what makes another machine run one. */
export const hsm = (): Command =>
  hsmCommand(process.env, io).addCommand(enrolCommand()).addCommand(serveCommand());
export const reconcile = (): Command =>
  reconcileCommand({
    env: process.env,
    io,
    readTrail: (dataFolder) => trailEvents(join(dataFolder, 'audit')),
  });
export const policy = (): Command => policyCommand(process.env, io);
/** The one part of it that needs no running Keyhold is a composition root of its own. */
export const account = (): Command => accountCommand(process.env, io).addCommand(recoverCommand());
/** It runs this same program for a server of its own. */
export const demo = (): Command =>
  demoCommand(process.env, io, fileURLToPath(new URL('keyhold.ts', import.meta.url)));

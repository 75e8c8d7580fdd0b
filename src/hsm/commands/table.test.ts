import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from './command.ts';
import { commandTable } from './table.ts';

const ROW = /^\| (?<names>`[^|]+) \| (?<stages>[^|]+) \| (?<roles>[^|]+) \| (?<quorum>[^|]*)\|$/gm;

/**
 * Reads docs/hsm.md: command → states of the cluster, roles, and whether others may have to approve
 * it.
 */
function documented(): Map<string, string> {
  const text = readFileSync(new URL('../../../docs/hsm.md', import.meta.url), 'utf8');
  return new Map(
    Array.from(text.matchAll(ROW)).flatMap(
      ({ groups: { names = '', stages = '', roles = '', quorum = '' } = {} }) => {
        const facts = [stages.replace(/ \(.*\)/, ''), roles, quorum.trim()].join(' | ');
        return Array.from(names.matchAll(/`(\w+)`/g), ([, name = '']) => [name, facts] as const);
      },
    ),
  );
}

function factsOf(command: Command<never>): string {
  const stages = command.by === 'anyone' ? command.during.join(', ') : 'active';
  const guarded = command.by !== 'anyone' && command.quorum !== undefined;
  const roles = command.by === 'anyone' ? 'anyone' : command.by.join(', ');
  return [
    stages === 'uninitialized, initialized, active' ? 'any' : stages,
    roles,
    guarded ? 'yes' : '',
  ].join(' | ');
}

test('docs/hsm.md states the roles of every command', () => {
  const entries = Object.entries(commandTable) as unknown as [string, Command<never>][];
  const code = new Map(entries.map(([name, command]) => [name, factsOf(command)]));
  assert.deepEqual(documented(), code);
});

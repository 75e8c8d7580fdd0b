import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Command, Option } from 'commander';
import { completions } from './completion.ts';

const tree = new Command('hsm');
const user = tree.command('user');
user.command('list');
user
  .command('create')
  .option('--username <name>')
  .addOption(new Option('--role <role>').choices(['admin', 'auditor']));
tree.command('logout');

it('completes commands, options and the choices of an option', () => {
  const cases: [string, string[]][] = [
    ['', ['user', 'logout', 'quit']],
    ['lo', ['logout']],
    ['user ', ['list', 'create']],
    ['user cr', ['create']],
    ['user create ', ['--username', '--role', '--help']],
    ['user create --role ', ['admin', 'auditor']],
    ['user create --role au', ['auditor']],
    ['user create --role auditor --', ['--username', '--help']],
    ['nothing like it', []],
  ];
  for (const [line, expected] of cases) assert.deepEqual(completions(tree, line), expected, line);
});

/** SECURITY.md's table of attackers and the tests in this folder name each other. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);

const rows = readFileSync(new URL('SECURITY.md', ROOT), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| The attacker has'));
const attacks = readdirSync(new URL('test/attacks/', ROOT))
  .map((name) => basename(name, '.test.ts'))
  .filter((name) => name !== 'matrix');

/** Tests named in a row, in parentheses: files of this folder, or paths from the root. */
function testsNamed(row: string): string[] {
  return Array.from(row.matchAll(/\(([^()]*)\)/g), ([, inside = '']) => inside)
    .flatMap((inside) => Array.from(inside.matchAll(/`([^`]+)`/g), ([, name = '']) => name))
    .map((name) => (name.includes('/') ? name : `test/attacks/${name}.test.ts`));
}

test('each row of the table names a test that exists, unless the attacker gets everything', () => {
  assert.ok(rows.length > 15, 'the table has its rows');
  const unproven = rows.filter(
    (row) => testsNamed(row).length === 0 && !/\| everything: /.test(row),
  );
  assert.deepEqual(unproven, []);
  const missing = rows.flatMap(testsNamed).filter((path) => !existsSync(new URL(path, ROOT)));
  assert.deepEqual(missing, []);
});

test('each attack is named in the table', () => {
  const named = new Set(rows.flatMap(testsNamed));
  assert.deepEqual(
    attacks.filter((name) => !named.has(`test/attacks/${name}.test.ts`)),
    [],
  );
});

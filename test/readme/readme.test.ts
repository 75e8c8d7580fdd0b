import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { README, readmeWithTable } from './operations-table.ts';

it('the README lists the operations that there are', () => {
  const readme = readFileSync(README, 'utf8');
  assert.equal(readme, readmeWithTable(readme), 'run `npm run readme`');
});

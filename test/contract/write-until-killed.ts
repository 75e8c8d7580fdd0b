/**
 * Program that writes settings as fast as it can, and prints the name of each one once it is
 * acknowledged.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/storage/index.ts';

const store = openSqliteStore(process.argv[2] ?? '');

async function write(name: string): Promise<void> {
  await store.transact((transaction) =>
    transaction.put('settings', { name, value: `value of ${name}` }),
  );
  writeSync(1, `${name}\n`);
}

for (let round = 0; ; round += 1)
  await Promise.all([0, 1, 2, 3, 4].map((lane) => write(`${round}-${lane}`)));

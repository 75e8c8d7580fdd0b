/** Fails for an operation without a table, a documented error without a case, a key state without a cell. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { registry } from '../../src/operations/index.ts';
import { casesOf } from './harness/cases.ts';
import { documentedErrors, isNever } from './harness/documented-errors.ts';
import { stateRows } from './harness/state-rows.ts';
import { tables } from './tables.ts';

/** What is still to come. These lists only shrink: an entry that is no longer needed fails too. */
const withoutTable: readonly string[] = [];
const withoutCase: readonly string[] = [];

const byName = new Map<string, (typeof tables)[number]>(
  tables.map((table) => [table.operation, table]),
);

/** Errors that the file of key states has the cases for. */
const ofStates = new Set(['DisabledException', 'KMSInvalidStateException']);

describe('conformance covers', () => {
  it('every operation of KMS that there is', () => {
    const missing = [...registry.kms.keys()].filter((name) => !byName.has(name));
    assert.deepEqual(missing.toSorted(), withoutTable.toSorted());
  });

  it('every documented error of each', () => {
    const missing = tables.flatMap((table) => {
      const covered = new Set(casesOf(table).map(({ error }) => error));
      const fromStates = table.key !== 'none' && table.except.states === undefined;
      return documentedErrors(table.operation)
        .filter(
          (error) => !covered.has(error) && !isNever(error) && !Object.hasOwn(table.never, error),
        )
        .filter((error) => !(fromStates && ofStates.has(error)))
        .map((error) => `${table.operation} ${error}`);
    });
    assert.deepEqual(missing.toSorted(), withoutCase.toSorted());
  });

  it('every key state of each operation on a key, or says why not', () => {
    const missing = tables.filter(
      ({ operation, key }) =>
        key !== 'none' && !stateRows[operation] && !stateRows[`${operation} to`],
    );
    assert.deepEqual(
      missing.map(({ operation }) => operation),
      [],
      'the table of key states has a row for it',
    );
  });

  it('nothing as never that has a case, or that is not documented', () => {
    const wrong = tables.flatMap((table) => {
      const covered = new Set(casesOf(table).map(({ error }) => error));
      const documented = documentedErrors(table.operation);
      return Object.keys(table.never).filter(
        (error) => covered.has(error) || !documented.includes(error),
      );
    });
    assert.deepEqual(wrong, []);
  });
});

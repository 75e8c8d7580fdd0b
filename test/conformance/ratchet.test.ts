/**
 * Fails for an operation without a table, a documented error without a case, or an operation
 * without a row of key states.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { registry } from '../../src/operations/index.ts';
import { casesOf } from './harness/cases.ts';
import { documentedErrors, isUnreachable } from './harness/documented-errors.ts';
import { stateRows } from './harness/state-rows.ts';
import { tables } from './tables.ts';

/** Known gaps. These lists only shrink: an entry that is no longer needed fails too. */
const withoutTable: readonly string[] = [];
const withoutCase: readonly string[] = [];

const byName = new Map<string, (typeof tables)[number]>(
  tables.map((table) => [table.operation, table]),
);

/** Errors that key-states.test.ts covers. */
const stateErrors = new Set(['DisabledException', 'KMSInvalidStateException']);

describe('the conformance tables', () => {
  it('cover every KMS operation', () => {
    const missing = [...registry.kms.keys()].filter((name) => !byName.has(name));
    assert.deepEqual(missing.toSorted(), withoutTable.toSorted());
  });

  it('cover every documented error of each operation', () => {
    const missing = tables.flatMap((table) => {
      const covered = new Set(casesOf(table).map(({ error }) => error));
      const fromStates = table.key !== 'none' && table.except.states === undefined;
      return documentedErrors(table.operation)
        .filter(
          (error) =>
            !covered.has(error) &&
            !isUnreachable(error) &&
            !Object.hasOwn(table.unreachable, error),
        )
        .filter((error) => !(fromStates && stateErrors.has(error)))
        .map((error) => `${table.operation} ${error}`);
    });
    assert.deepEqual(missing.toSorted(), withoutCase.toSorted());
  });

  it('have a row of key states for each operation on a key', () => {
    const missing = tables.filter(
      ({ operation, key }) =>
        key !== 'none' && !stateRows[operation] && !stateRows[`${operation} to`],
    );
    assert.deepEqual(
      missing.map(({ operation }) => operation),
      [],
      'add a row to harness/state-rows.ts',
    );
  });

  it('list as unreachable only documented errors without a case', () => {
    const wrong = tables.flatMap((table) => {
      const covered = new Set(casesOf(table).map(({ error }) => error));
      const documented = documentedErrors(table.operation);
      return Object.keys(table.unreachable).filter(
        (error) => covered.has(error) || !documented.includes(error),
      );
    });
    assert.deepEqual(wrong, []);
  });
});

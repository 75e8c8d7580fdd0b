import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKmsError } from '../../domain/index.ts';
import { tokenPage } from './next-token.ts';

const rows = ['a', 'b', 'c', 'd', 'e'];

test('pages follow each other without gaps or repeats', () => {
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const { rows: page, more } = tokenPage(rows, (row) => row, 2, token);
    seen.push(...page);
    token = more.NextToken;
  } while (token !== undefined);
  assert.deepEqual(seen, rows);
});

test('a malformed token is rejected', () => {
  for (const token of ['', 'no token!', 'YQ==']) {
    assert.throws(
      () => tokenPage(rows, (row) => row, 2, token),
      (error) => isKmsError(error) && error.code === 'CloudHsmInvalidRequestException',
    );
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { errors, KmsError } from '../domain/index.ts';
import { publicError, statuses } from './errors.ts';

const documented = new Map(
  Array.from(
    readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
      /^\| (\w+)(?: \([^)]*\))? \| (\d{3}) \| \S/gm,
    ),
    ([, name = '', status]) => [name, Number(status)],
  ),
);

describe('errors', () => {
  it('are the same in docs/errors.md, with the same statuses', () => {
    const known = Object.entries(statuses).filter(([name]) => !name.startsWith('Xks'));
    assert.deepEqual(documented, new Map(known));
  });

  it('have a status above 499 if and only if they are server faults', () => {
    for (const [name, { fault }] of Object.entries(errors)) {
      const { [name]: status = 0 }: Readonly<Record<string, number>> = statuses;
      assert.equal(status >= 500, fault === 'server', name);
    }
  });

  it('of the API pass unchanged, all others become an internal error without details', () => {
    const error = new KmsError('DisabledException', 'it is disabled.');
    assert.equal(publicError(error), error);
    for (const thrown of [new Error('secret'), 'secret', undefined, { secret: true }]) {
      const { code, publicMessage, cause } = publicError(thrown);
      assert.equal(code, 'KMSInternalException');
      assert.ok(!publicMessage?.includes('secret'));
      assert.equal(cause, thrown);
    }
  });
});

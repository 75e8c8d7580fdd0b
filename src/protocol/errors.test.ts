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
  it('are all in docs/errors.md, with the status that they have, and no others', () => {
    const known = Object.entries(statuses).filter(([name]) => !name.startsWith('Xks'));
    assert.deepEqual(documented, new Map(known));
  });

  it('that are ours, and no others, have a status above 499', () => {
    for (const [name, { fault }] of Object.entries(errors)) {
      const { [name]: status = 0 }: Readonly<Record<string, number>> = statuses;
      assert.equal(status >= 500, fault === 'server', name);
    }
  });

  it('of the API are told as they are, all others as one that tells nothing', () => {
    const refusal = new KmsError('DisabledException', 'it is disabled.');
    assert.equal(publicError(refusal), refusal);
    for (const thrown of [new Error('secret'), 'secret', undefined, { secret: true }]) {
      const { code, publicMessage, cause } = publicError(thrown);
      assert.equal(code, 'KMSInternalException');
      assert.ok(!publicMessage?.includes('secret'));
      assert.equal(cause, thrown);
    }
  });
});

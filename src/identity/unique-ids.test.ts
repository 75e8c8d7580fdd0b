import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { accountOfAccessKey, newAccessKey, uniqueId } from './unique-ids.ts';

describe('access key ids', () => {
  it('contain their account, and differ', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999 }),
        fc.constantFrom('user', 'session'),
        (number, kind) => {
          const account = String(number).padStart(12, '0');
          const [one, other] = [newAccessKey(kind, account), newAccessKey(kind, account)];
          assert.match(
            one.accessKeyId,
            kind === 'user' ? /^AKIA[A-Z2-7]{16}$/ : /^ASIA[A-Z2-7]{16}$/,
          );
          assert.equal(accountOfAccessKey(one.accessKeyId), account);
          assert.notEqual(one.accessKeyId, other.accessKeyId);
        },
      ),
    );
  });

  it('decode like those of AWS', () => {
    // The example ID of AWS's documentation, decoded by the published description of the format.
    assert.equal(accountOfAccessKey('ASIAQNZGKIQY56JQ7WML'), '029608264753');
    assert.equal(accountOfAccessKey(uniqueId('user')), undefined);
    assert.equal(accountOfAccessKey('AKIA0000000000000000'), undefined);
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  constraintsMet,
  isNoWider,
  type GrantConstraints,
  type GrantRow,
} from '../../domain/index.ts';
import { openSqliteStore } from '../../storage/index.ts';
import { lateReads } from '../../../test/support/late-reads.ts';
import { openGrantCache } from './grant-cache.ts';
import { GrantIndex } from './grant-index.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyhold-grants-'));
const store = openSqliteStore(join(folder, 'metadata.db'));
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = {
  account: '111122223333',
  region: 'us-east-1',
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
};
const ana = 'arn:aws:iam::111122223333:user/ana';
let made = 0;

function grant(more: Partial<GrantRow> = {}): GrantRow {
  made += 1;
  const grantId = made.toString(16).padStart(64, '0');
  return {
    ...key,
    grantId,
    creationDate: 0,
    granteeArn: ana,
    operations: ['Encrypt'],
    issuingAccount: key.account,
    ...more,
  };
}

const put = (...grants: readonly GrantRow[]): Promise<void> =>
  store.transact(async (transaction) => {
    for (const one of grants) await transaction.put('grants', one);
  });

describe('the grant cache', () => {
  const question = { operation: 'Encrypt', encryptionContext: { n: '25000' }, child: undefined };

  it('finds one of fifty thousand grants on a key without examining the others, while grants are added', async () => {
    const grants = openGrantCache(store);
    const many = Array.from({ length: 50_000 }, (_, n) =>
      grant({ constraints: { EncryptionContextEquals: { n: String(n) } } }),
    );
    await put(...many);
    const find = async (): Promise<string | undefined> =>
      (await grants.indexesFor(key, [ana]))[0]?.find(question, 'AIDA')?.grantId;
    assert.equal(await find(), many[25_000]?.grantId);
    const before = process.cpuUsage();
    for (let round = 0; round < 1_000; round += 1) {
      if (round % 100 === 0) await put(grant());
      await find();
    }
    const { user, system } = process.cpuUsage(before);
    assert.ok(
      user + system < 2_000_000,
      `${user + system} µs for 1,000 look-ups and 10 new grants`,
    );
  });

  it('shows a written grant to all concurrent readers as soon as the write is durable', async () => {
    const grants = openGrantCache(store);
    const own = { ...key, keyId: 'another' };
    const find = async (): Promise<string | undefined> =>
      (await grants.indexesFor(own, [ana]))[0]?.find(question, 'AIDA')?.grantId;
    assert.equal(await find(), undefined);
    const one = grant(own);
    await put(one);
    assert.deepEqual(new Set(await Promise.all([find(), find(), find()])), new Set([one.grantId]));
    await put({ ...one, operations: ['Decrypt'] });
    assert.equal(await find(), undefined);
    await put(one);
    await store.transact((transaction) =>
      transaction.delete('grants', own.account, own.region, own.keyId, one.grantId),
    );
    assert.deepEqual(await Promise.all([find(), find()]), [undefined, undefined]);
  });

  it('never shows a revoked grant after its revocation, even if its index was being loaded then', async () => {
    const late = lateReads(store);
    const grants = openGrantCache(late);
    const own = { ...key, keyId: 'revoked while loaded' };
    const bob = 'arn:aws:iam::111122223333:user/bob';
    const one = grant(own);
    await put(one);
    await grants.indexesFor(own, [bob]);
    const deliver = late.holdNext();
    const early = grants.indexesFor(own, [ana]);
    await store.transact((transaction) =>
      transaction.delete('grants', own.account, own.region, own.keyId, one.grantId),
    );
    // Another grantee's request takes notice of the change while the index of this one is still
    // being loaded.
    const others = grants.indexesFor(own, [bob]);
    await new Promise(setImmediate);
    deliver();
    await Promise.all([early, others]);
    assert.equal((await grants.indexesFor(own, [ana]))[0]?.find(question, 'AIDA'), undefined);
  });
});

describe('the grant index', () => {
  const pairs = fc.dictionary(fc.constantFrom('a', 'B', 'b', 'c'), fc.constantFrom('1', '2'), {
    maxKeys: 3,
  });
  const constraints: fc.Arbitrary<GrantConstraints> = fc.oneof(
    fc.constant({}),
    pairs.map((EncryptionContextEquals) => ({ EncryptionContextEquals })),
    pairs.map((EncryptionContextSubset) => ({ EncryptionContextSubset })),
  );
  const operations = fc.uniqueArray(
    fc.constantFrom('Encrypt', 'Decrypt', 'CreateGrant', 'DescribeKey'),
    { minLength: 1 },
  );
  const terms = fc.record({ constraints, operations });

  it('finds a grant exactly where a linear search would', () => {
    const asked = fc.record({
      operation: fc.constantFrom('Encrypt', 'CreateGrant', 'DescribeKey'),
      encryptionContext: pairs,
      child: terms,
    });
    fc.assert(
      fc.property(fc.array(terms, { maxLength: 8 }), fc.nat(7), asked, (all, removed, question) => {
        const index = new GrantIndex();
        const grants = all.map((one) => grant(one));
        for (const one of grants) index.add(one);
        index.remove(grants[removed]?.grantId ?? '');
        const left = grants.filter((_, at) => at !== removed);
        const expected = left.some(({ constraints: limits, operations: names, ...rest }) => {
          if (!names.includes(question.operation)) return false;
          if (question.operation === 'DescribeKey') return true;
          if (question.operation === 'CreateGrant')
            return isNoWider(question.child, {
              ...rest,
              operations: names,
              constraints: limits ?? {},
            });
          return constraintsMet(limits, question.encryptionContext);
        });
        assert.equal(index.find(question, 'AIDA') !== undefined, expected);
        assert.equal(index.size, left.length);
      }),
      { numRuns: 500 },
    );
  });

  it('matches a grantee by unique ID if the grant has one', () => {
    const index = new GrantIndex();
    index.add(grant({ granteeId: 'AIDAFIRST' }));
    const question = { operation: 'Encrypt', encryptionContext: undefined, child: undefined };
    assert.ok(index.find(question, 'AIDAFIRST'));
    assert.equal(index.find(question, 'AIDASECOND'), undefined);
  });
});

describe('a child grant', () => {
  const pairs = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'), { maxKeys: 2 });
  const terms = fc.record({
    operations: fc.uniqueArray(fc.constantFrom('Encrypt', 'Decrypt'), { minLength: 1 }),
    constraints: fc.oneof(
      fc.constant({}),
      pairs.map((EncryptionContextEquals) => ({ EncryptionContextEquals })),
      pairs.map((EncryptionContextSubset) => ({ EncryptionContextSubset })),
    ),
  });

  it('allows nothing that its parent does not, if it is no wider', () => {
    fc.assert(
      fc.property(
        terms,
        terms,
        pairs,
        fc.constantFrom('Encrypt', 'Decrypt'),
        (child, parent, context, operation) => {
          fc.pre(isNoWider(child, parent));
          const may = ({ operations, constraints }: typeof child): boolean =>
            operations.includes(operation) && constraintsMet(constraints, context);
          assert.ok(!may(child) || may(parent));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

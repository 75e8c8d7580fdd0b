import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SimulatedDisk } from '../../../test/support/hsm/simulation-world.ts';
import { Replica, type Change } from '../replication/index.ts';
import { Lockouts } from './lockouts.ts';

interface Hsm {
  readonly replica: Replica;
  readonly lockouts: Lockouts;
}

function hsm(hsmId: string): Hsm {
  const replica = new Replica(new SimulatedDisk(), { append: () => undefined }, hsmId);
  return { replica, lockouts: new Lockouts(replica, hsmId) };
}

function write({ replica }: Hsm, changes: readonly Change[]): void {
  if (changes.length > 0) replica.write(changes);
}

/** Exchanges all records between two HSMs. */
function meet(a: Hsm, b: Hsm): void {
  b.replica.receive(a.replica.recordsAfter(0, 100));
  a.replica.receive(b.replica.recordsAfter(0, 100));
}

test('wrong passwords on two partitioned HSMs add up once they reconnect', () => {
  const [a, b] = [hsm('a'), hsm('b')];
  for (let failure = 0; failure < 3; failure += 1)
    for (const one of [a, b]) write(one, one.lockouts.countFailure('alice'));
  assert.deepEqual([a.lockouts.isLocked('alice'), b.lockouts.isLocked('alice')], [false, false]);
  meet(a, b);
  assert.deepEqual([a.lockouts.isLocked('alice'), b.lockouts.isLocked('alice')], [true, true]);
  assert.equal(a.lockouts.isLocked('bob'), false);
});

test('an unlocked user stays unlocked when another HSM concurrently counts a wrong password', () => {
  const [a, b] = [hsm('a'), hsm('b')];
  for (let failure = 0; failure < 5; failure += 1) write(a, a.lockouts.countFailure('alice'));
  meet(a, b);
  write(b, b.lockouts.forget('alice'));
  write(a, a.lockouts.countFailure('alice'));
  meet(a, b);
  assert.deepEqual([a.lockouts.isLocked('alice'), b.lockouts.isLocked('alice')], [false, false]);
  for (let failure = 0; failure < 4; failure += 1) write(a, a.lockouts.countFailure('alice'));
  assert.equal(
    a.lockouts.isLocked('alice'),
    true,
    'the failure that was counted in the meantime is not forgiven',
  );
});

test('without a pardon, five failures lock a user, on any HSMs and in any order', () => {
  const steps = fc.array(fc.constantFrom('a', 'b', 'c', 'meet'), { maxLength: 30 });
  fc.assert(
    fc.property(steps, (happenings) => {
      const hsms = { a: hsm('a'), b: hsm('b'), c: hsm('c') };
      for (const happening of happenings) {
        if (happening === 'meet') meet(hsms.a, hsms.b);
        else write(hsms[happening], hsms[happening].lockouts.countFailure('alice'));
      }
      meet(hsms.a, hsms.b);
      meet(hsms.b, hsms.c);
      meet(hsms.a, hsms.b);
      const failures = happenings.filter((happening) => happening !== 'meet').length;
      for (const one of Object.values(hsms))
        assert.equal(one.lockouts.isLocked('alice'), failures >= 5);
    }),
  );
});

test('forgiving failures that are already forgiven writes nothing', () => {
  const a = hsm('a');
  assert.deepEqual(a.lockouts.forget('alice'), []);
  write(a, a.lockouts.countFailure('alice'));
  write(a, a.lockouts.forget('alice'));
  assert.deepEqual(a.lockouts.forget('alice'), []);
});

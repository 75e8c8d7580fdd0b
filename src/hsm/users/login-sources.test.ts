import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedDisk } from '../../../test/support/hsm/simulation-world.ts';
import { Replica } from '../replication/index.ts';
import { LoginSources, sourceOf } from './login-sources.ts';

const MINUTE = 60_000;

function world() {
  const clock = { time: 0, now: () => clock.time };
  const replica = new Replica(new SimulatedDisk(), { append: () => undefined }, 'hsm-a');
  const sources = new LoginSources(replica, clock);
  return { clock, replica, sources };
}

describe('failed logins', () => {
  it('from an unknown address delay that address from the fifth on, at most by an hour', () => {
    const { clock, sources } = world();
    const waits: number[] = [];
    for (let failure = 0; failure < 16; failure += 1) {
      sources.countFailure('alice', 'a');
      const wait = sources.wait('alice', 'a', false);
      waits.push(wait / MINUTE);
      clock.time += wait;
    }
    assert.deepEqual(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
    sources.countFailure('alice', 'a');
    assert.equal(sources.wait('alice', 'b', false), 0, 'not another address');
    assert.equal(sources.wait('bob', 'a', false), 0, 'not another user');
  });

  it('from many unknown addresses delay all of them, but no known one', () => {
    const { replica, sources } = world();
    replica.write(sources.remember('alice', 'home'));
    for (let address = 0; address < 49; address += 1) sources.countFailure('alice', `${address}`);
    assert.equal(sources.wait('alice', 'new', false), 0);
    sources.countFailure('alice', '49');
    assert.equal(sources.wait('alice', 'new', false), MINUTE);
    assert.equal(sources.wait('alice', 'home', false), 0);
  });

  it('from a known address delay it only where the user must not be locked', () => {
    const { replica, sources } = world();
    replica.write(sources.remember('alice', 'home'));
    for (let failure = 0; failure < 5; failure += 1) sources.countFailure('alice', 'home');
    assert.deepEqual(
      [sources.wait('alice', 'home', false), sources.wait('alice', 'home', true)],
      [0, MINUTE],
    );
  });

  it('are pardoned by a new password, not by another change of the user', () => {
    const { replica, sources } = world();
    const put = (body: object): void => void replica.write([{ kind: 'user', id: 'alice', body }]);
    put({ password: 'first' });
    for (let failure = 0; failure < 5; failure += 1) sources.countFailure('alice', 'a');
    put({ password: 'first', quorumKey: 'key' });
    assert.equal(sources.wait('alice', 'a', false), MINUTE);
    put({ password: 'second' });
    assert.equal(sources.wait('alice', 'a', false), 0);
  });
});

describe('the known addresses of a user', () => {
  it('are the last eight, and writing them is rare', () => {
    const { replica, sources } = world();
    const logIn = (address: string): number => {
      const changes = sources.remember('alice', address);
      if (changes.length > 0) replica.write(changes);
      return changes.length;
    };
    for (let address = 0; address < 8; address += 1) assert.equal(logIn(`${address}`), 1);
    assert.equal(logIn('7'), 0, 'recent');
    assert.equal(logIn('0'), 1, 'moves to the front');
    logIn('8');
    const known = Array.from({ length: 9 }, (_, address) => sources.isKnown('alice', `${address}`));
    assert.deepEqual(known, [true, false, true, true, true, true, true, true, true]);
    replica.write(sources.forget('alice'));
    assert.equal(sources.isKnown('alice', '0'), false);
    assert.deepEqual(sources.forget('alice'), []);
  });
});

describe('the source of a connection', () => {
  it('is an IPv4 address, or the network of 64 bits of an IPv6 address', () => {
    const cases: Readonly<Record<string, string>> = {
      '10.0.0.1': '10.0.0.1',
      '::ffff:10.0.0.1': '10.0.0.1',
      '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
      '2001:db8:1:2::6': '2001:db8:1:2::/64',
      '2001:db8::6': '2001:db8:0:0::/64',
      '::1': '0:0:0:0::/64',
      'fe80::1%eth0': 'fe80:0:0:0::/64',
    };
    for (const [address, source] of Object.entries(cases)) assert.equal(sourceOf(address), source);
    assert.equal(sourceOf(undefined), 'unknown');
  });
});

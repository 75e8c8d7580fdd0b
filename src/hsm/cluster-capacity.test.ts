import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SecretText, silentLogger } from '../base/index.ts';
import { until } from '../../test/support/until.ts';
import { connectCluster } from './client/index.ts';
import { emptyWorld, refusedAs, USER_PASSWORD } from '../../test/support/hsm/hsm-world.ts';

const world = await emptyWorld();
after(() => world[Symbol.asyncDispose]());

test('the rate of a cluster is the sum of its HSMs, and a new HSM adds its share at once', async () => {
  // So slow that each HSM executes a single operation during this test.
  world.rate = { symmetric: 0.001 };
  await world.addHsm();
  await world.claim();
  await world.addHsm();
  const owner = await world.login('alice');
  const template = { encrypt: true, decrypt: true };
  const { handle: key } = await owner.call('generateKey', { keyType: 'aes', length: 32, template });
  using cluster = await together();
  const spend = async (): Promise<number> => {
    for (let done = 0; ; done += 1) {
      try {
        await cluster.client.call('encrypt', {
          key,
          plaintext: Buffer.from('x'),
          aad: Buffer.alloc(0),
        });
      } catch (error) {
        assert.ok(refusedAs('busy')(error), 'what is over the ceiling is refused at once');
        return done;
      }
    }
  };
  assert.equal(await spend(), 2);
  await world.addHsm();
  await cluster.follow();
  assert.equal(await spend(), 1);
});

/** Connects to all HSMs of the world. */
async function together() {
  const members = () => world.hsms.map(({ address }) => address);
  const client = await connectCluster({
    trustAnchor: world.trustAnchor,
    members: members(),
    credentials: {
      username: 'alice',
      role: 'crypto-user',
      password: new SecretText(USER_PASSWORD),
    },
    clock: world.clock,
    log: silentLogger,
  });
  const follow = async (): Promise<void> => {
    client.setMembers(members());
    await until('all HSMs are logged in to', async () =>
      client.members().every(({ healthy }) => healthy),
    );
  };
  await follow();
  return { client, follow, [Symbol.dispose]: () => client.close() };
}

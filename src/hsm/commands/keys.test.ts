import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { until } from '../../../test/support/until.ts';
import type { HsmConnection } from '../client/index.ts';
import { hsmWorld, refusedAs } from '../../../test/support/hsm/hsm-world.ts';
import type { KeyInfo, KeyTemplate } from '../wire/index.ts';

const world = await hsmWorld(2);
after(() => world[Symbol.asyncDispose]());
const [first, second] = world.hsms;
const alice = await world.login('alice', 'crypto-user', first);
const aliceElsewhere = await world.login('alice', 'crypto-user', second);
const bob = await world.login('bob', 'crypto-user', second);
const admin = await world.login('admin', 'admin');
const aad = Buffer.from('aad');

const generate = (template: KeyTemplate = {}, by = alice): Promise<KeyInfo> =>
  by.call('generateKey', { keyType: 'aes', length: 32, template });
const use: KeyTemplate = { encrypt: true, decrypt: true };

async function encrypt(key: string, by: HsmConnection): Promise<Uint8Array> {
  return (await by.call('encrypt', { key, plaintext: Buffer.from('text'), aad })).ciphertext;
}

test('a key allows nothing and is not extractable unless its template says so', async () => {
  const { owner, coverage, attributes } = await generate();
  assert.deepEqual(
    { owner, coverage: { ...coverage } },
    { owner: 'alice', coverage: { on: 2, of: 2 } },
  );
  assert.deepEqual(
    Object.entries(attributes)
      .filter(([, value]) => value === true)
      .map(([name]) => name)
      .toSorted(),
    [
      'always-sensitive',
      'destroyable',
      'local',
      'modifiable',
      'never-extractable',
      'private',
      'sensitive',
      'token',
    ],
  );
  assert.match(attributes['check-value'], /^0x[0-9a-f]{6}$/);
});

test('a ciphertext under a token key is decrypted by another HSM', async () => {
  const { handle } = await generate(use);
  const ciphertext = await encrypt(handle, alice);
  const { plaintext } = await aliceElsewhere.call('decrypt', { key: handle, ciphertext, aad });
  assert.equal(Buffer.from(plaintext).toString(), 'text');
  const back = await encrypt(handle, aliceElsewhere);
  assert.equal(
    Buffer.from(
      (await alice.call('decrypt', { key: handle, ciphertext: back, aad })).plaintext,
    ).toString(),
    'text',
  );
});

test('a token key that cannot be on two HSMs is not created', async () => {
  await using alone = await hsmWorld(1);
  const user = await alone.login('alice');
  const order = { keyType: 'aes', length: 32, template: { label: 'x' } } as const;
  await assert.rejects(
    user.call('generateKey', order),
    refusedAs('insufficient-copies', /at least 2 HSMs/),
  );
  assert.equal((await user.call('findKeys', { filter: {}, limit: 10 })).total, 0);
  await user.call('generateKey', { ...order, minimumCopies: 1 });
  await user.call('generateKey', { ...order, template: { token: false } });
});

test('a session key exists in one HSM and ends with its session', async () => {
  const user = await world.login('alice', 'crypto-user', first);
  const { handle, coverage } = await generate({ ...use, token: false }, user);
  assert.deepEqual({ ...coverage }, { on: 1, of: 1 });
  await assert.rejects(encrypt(handle, aliceElsewhere), refusedAs('key-not-found'));
  await encrypt(handle, alice);
  user.close();
  await until('the key is gone', () =>
    encrypt(handle, alice).then(() => false, refusedAs('key-not-found')),
  );
});

test('users cannot find keys of other users, but admins can', async () => {
  const { handle } = await generate({ ...use, label: 'secret' });
  await assert.rejects(encrypt(handle, bob), refusedAs('key-not-found'));
  for (const operation of [
    bob.call('destroyKey', { handle }),
    bob.call('setAttribute', { handle, name: 'label', value: 'mine' }),
    bob.call('wrapKey', { key: handle, wrappingKey: handle }),
  ]) {
    await assert.rejects(operation, refusedAs('key-not-found'));
  }
  assert.equal((await bob.call('findKeys', { filter: { handle }, limit: 1 })).total, 0);
  assert.equal((await admin.call('findKeys', { filter: { handle }, limit: 1 })).total, 1);
});

test('keys are found by attributes, in pages and in handle order', async () => {
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1)
    made.push((await generate({ label: 'paged', id: `0${index}` })).handle);
  const filter = { attributes: { label: 'paged' } };
  const found: string[] = [];
  for (;;) {
    const after = found.at(-1);
    const { keys, total } = await alice.call('findKeys', {
      filter,
      limit: 2,
      ...(after !== undefined && { after }),
    });
    assert.equal(total, 5);
    if (keys.length === 0) break;
    found.push(...keys.map(({ handle }) => handle));
  }
  assert.deepEqual(found, made.toSorted());
  assert.equal(
    (
      await alice.call('findKeys', {
        filter: { attributes: { label: 'paged', id: '03' } },
        limit: 10,
      })
    ).total,
    1,
  );
  await assert.rejects(
    alice.call('findKeys', { filter: { attributes: { colour: 'red' } }, limit: 10 }),
    refusedAs('invalid-argument'),
  );
});

test('attributes change as PKCS#11 allows, on all HSMs', async () => {
  const { handle } = await generate({ label: 'old' });
  const set = (name: string, value: string | boolean): Promise<unknown> =>
    alice.call('setAttribute', { handle, name, value });
  await set('label', 'new');
  await set('encrypt', true);
  await encrypt(handle, aliceElsewhere);
  await assert.rejects(set('extractable', true), refusedAs('invalid-argument'));
  await assert.rejects(set('trusted', true), refusedAs('not-permitted'));
  await assert.rejects(
    admin.call('setAttribute', { handle, name: 'label', value: 'x' }),
    refusedAs('not-permitted'),
  );
  await set('modifiable', false);
  await assert.rejects(set('label', 'newer'), refusedAs('not-permitted'));
  await admin.call('setAttribute', { handle, name: 'trusted', value: true });
  const { keys } = await aliceElsewhere.call('findKeys', { filter: { handle }, limit: 1 });
  assert.deepEqual([keys[0]?.attributes.label, keys[0]?.attributes.trusted], ['new', true]);
});

test('a destroyed key is gone on all HSMs, and a key that is not destroyable stays', async () => {
  const { handle } = await generate(use);
  await alice.call('destroyKey', { handle });
  for (const user of [alice, aliceElsewhere])
    await assert.rejects(encrypt(handle, user), refusedAs('key-not-found'));
  const lasting = await generate({ destroyable: false });
  await assert.rejects(
    alice.call('destroyKey', { handle: lasting.handle }),
    refusedAs('not-permitted', /destroyable/),
  );
});

test('a key is wrapped only if it is extractable, with wrap-with-trusted only under a trusted key', async () => {
  const wrapping = await generate({ wrap: true, unwrap: true });
  const wrap = (key: KeyInfo): Promise<{ wrapped: Uint8Array }> =>
    alice.call('wrapKey', { key: key.handle, wrappingKey: wrapping.handle });
  await assert.rejects(wrap(await generate()), refusedAs('key-not-extractable'));
  const careful = await generate({ extractable: true, 'wrap-with-trusted': true });
  await assert.rejects(wrap(careful), refusedAs('key-not-extractable', /trusted/));
  await admin.call('setAttribute', { handle: wrapping.handle, name: 'trusted', value: true });
  const { wrapped } = await wrap(careful);
  const unwrapped = await alice.call('unwrapKey', {
    wrappingKey: wrapping.handle,
    wrapped,
    template: { token: false },
  });
  assert.equal(unwrapped.attributes['check-value'], careful.attributes['check-value']);
  assert.deepEqual(
    [unwrapped.attributes.local, unwrapped.attributes['always-sensitive']],
    [false, false],
  );
  await assert.rejects(
    alice.call('wrapKey', { key: careful.handle, wrappingKey: careful.handle }),
    refusedAs('key-not-usable'),
  );
  const template = { token: false };
  const damaged = Buffer.from(wrapped).fill(7, 4, 6);
  await assert.rejects(
    alice.call('unwrapKey', { wrappingKey: wrapping.handle, wrapped: damaged, template }),
    refusedAs('ciphertext-invalid'),
  );
});

test('a ciphertext is decrypted only unchanged and with its own key and AAD', async () => {
  const { handle: key } = await generate(use);
  const { handle: other } = await generate(use);
  const ciphertext = await encrypt(key, alice);
  const flipped = Buffer.from(ciphertext);
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  for (const wrong of [
    { key, ciphertext, aad: Buffer.from('another') },
    { key: other, ciphertext, aad },
    { key, ciphertext: flipped, aad },
    { key, ciphertext: ciphertext.subarray(0, 40), aad },
    { key, ciphertext: Buffer.alloc(0), aad },
  ]) {
    await assert.rejects(
      alice.call('decrypt', wrong),
      refusedAs('ciphertext-invalid', /^the ciphertext is not valid$/),
    );
  }
});

test('reencrypt and encryptRandom without reveal do not return the plaintext', async () => {
  const { handle: from } = await generate(use);
  const { handle: to } = await generate(use);
  const hidden = await alice.call('encryptRandom', { key: from, length: 32, aad, reveal: false });
  assert.equal(hidden.plaintext, undefined);
  const toAad = Buffer.from('elsewhere');
  const moved = await alice.call('reencrypt', {
    from: { key: from, aad, ciphertext: hidden.ciphertext },
    to: { key: to, aad: toAad },
  });
  const before = await alice.call('decrypt', { key: from, ciphertext: hidden.ciphertext, aad });
  const later = await alice.call('decrypt', { key: to, ciphertext: moved.ciphertext, aad: toAad });
  assert.equal(before.plaintext.length, 32);
  assert.deepEqual(before.plaintext, later.plaintext);
  const shown = await alice.call('encryptRandom', { key: from, length: 16, aad, reveal: true });
  assert.deepEqual(
    (await alice.call('decrypt', { key: from, ciphertext: shown.ciphertext, aad })).plaintext,
    shown.plaintext,
  );
});

/**
 * Attacks by somebody who has taken over the front end: they act in the HSM as its user, and know
 * the database and every request.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateKeyCommand, DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import type { HsmConnection } from '../../src/hsm/client/index.ts';
import {
  HsmError,
  type CommandInput,
  type HsmErrorCode,
  type KeyTemplate,
} from '../../src/hsm/wire/index.ts';
import { loginAsFrontEnd } from '../support/managed-hsm.ts';
import { importMaterial, parametersFor, wrap } from '../support/wrapping.ts';
import { startWorld, type World } from '../support/world.ts';

/** Key material in the database, as far as the attacker needs it. */
interface Row {
  readonly materialId: string;
  readonly token: string;
  readonly domainKeyHandle: string;
}

const MECHANISM = 'rsa-oaep-sha256';
/** Number of bytes that AES key wrap with padding adds to a key of 32 bytes. */
const KWP_BYTES = 8;
const aes = { class: 'secret-key', type: 'aes' } as const;
const genericSecret = { class: 'secret-key', type: 'generic-secret' } as const;
const rsa = { class: 'private-key', type: 'rsa-2048' } as const;

describe('material that a customer has imported', () => {
  const material = randomBytes(32);
  /** The wrapped material that the customer sends. */
  let sent: Buffer;
  let world: World;
  let attacker: HsmConnection;
  let pair: Row;
  let stored: Row;
  let known: string;

  before(async () => {
    world = await startWorld();
    const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    const KeyId = KeyMetadata?.KeyId ?? '';
    const parameters = await parametersFor(world.kms, KeyId, 'RSAES_OAEP_SHA_256');
    sent = wrap(parameters, material);
    await importMaterial(world.kms, KeyId, material, { parameters });
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('works') }),
    );
    await world.kms.send(new DecryptCommand({ CiphertextBlob }));

    attacker = await loginAsFrontEnd(world.data);
    const rows = readRows(world.data);
    stored = rows.stored(KeyId);
    pair = await openImportToken(attacker, rows.seal, parameters.token);
    known = await knownKey(attacker);
  });
  after(async () => {
    attacker?.close();
    await world?.[Symbol.asyncDispose]();
  });

  function openPair(template: KeyTemplate = { token: false }) {
    return attacker.call('unwrapKey', { ...tokenInput(pair), form: rsa, template });
  }
  async function openSent(
    rest: Partial<CommandInput<'unwrapKey'>> = {},
  ): Promise<{ readonly handle: string }> {
    const { handle: wrappingKey } = await openPair();
    return attacker.call('unwrapKey', {
      wrappingKey,
      wrapped: sent,
      mechanism: MECHANISM,
      form: aes,
      template: { token: false },
      ...rest,
    });
  }

  it('is not decrypted with the wrapping pair', async () => {
    await refused(openPair({ token: false, decrypt: true }), 'template-inconsistent');
    await refused(openPair({ token: false, modifiable: true }), 'template-inconsistent');
    const { handle: key } = await openPair();
    await refused(attacker.call('setAttribute', { handle: key, name: 'decrypt', value: true }));
    const aad = Buffer.alloc(0);
    await refused(
      attacker.call('decrypt', { key, mechanism: MECHANISM, ciphertext: sent, aad }),
      'key-not-usable',
    );
    await refused(
      attacker.call('deriveSecret', { key, publicKey: Buffer.alloc(1) }),
      'key-not-usable',
    );
  });

  it('is not unwrapped as a key that leaves, does more than the KMS key, or is of another form', async () => {
    for (const name of ['extractable', 'wrap', 'unwrap', 'sign', 'derive', 'token'] as const)
      await refused(
        openSent({ template: { token: false, [name]: true } }),
        'template-inconsistent',
      );
    await refused(openSent({ form: genericSecret }), 'template-inconsistent');
    await refused(
      openSent({ form: { class: 'private-key', type: 'ed25519' } }),
      'template-inconsistent',
    );
  });

  it('does not leave as the key that it is unwrapped as', async () => {
    const { handle: key } = await openSent();
    await refused(attacker.call('wrapKey', { key, wrappingKey: known }), 'key-not-extractable');
    for (const name of ['extractable', 'wrap', 'derive', 'sign'])
      await refused(attacker.call('setAttribute', { handle: key, name, value: true }));
    await refused(attacker.call('shareKey', { handle: key, username: 'app_user' }));
    await refused(
      attacker.call('mac', { key, hash: 'sha256', message: Buffer.alloc(1) }),
      'key-not-usable',
    );
  });

  it('is not wrapped again under a key that the attacker knows', async () => {
    const { handle: fromKey } = await openPair();
    const order = { fromKey, mechanism: MECHANISM, wrapped: sent, form: aes } as const;
    const prefix = Buffer.alloc(0);
    await refused(
      attacker.call('rewrapKey', { ...order, toKey: known, prefix }),
      'key-not-extractable',
    );
    await refused(
      attacker.call('rewrapKey', {
        ...order,
        toKey: pair.domainKeyHandle,
        template: { wrap: true },
        prefix,
      }),
      'template-inconsistent',
    );
  });

  it('is not unwrapped by the parts of a longer wrapping', async () => {
    const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }));
    const parameters = await parametersFor(
      world.kms,
      KeyMetadata?.KeyId ?? '',
      'RSA_AES_KEY_WRAP_SHA_256',
    );
    const longer = wrap(parameters, material);
    const { seal } = readRows(world.data);
    const { handle: wrappingKey } = await attacker.call('unwrapKey', {
      ...tokenInput(await openImportToken(attacker, seal, parameters.token)),
      form: rsa,
      template: { token: false },
    });
    const end = longer.length - material.length - KWP_BYTES;
    const openAes = (template: KeyTemplate) =>
      attacker.call('unwrapKey', {
        wrappingKey,
        wrapped: longer.subarray(0, end),
        mechanism: MECHANISM,
        form: aes,
        template,
      });
    await refused(openAes({ token: false, unwrap: true }), 'template-inconsistent');
    const { handle: opened } = await openAes({ token: false });
    await refused(
      attacker.call('setAttribute', { handle: opened, name: 'unwrap', value: true }),
      'not-permitted',
    );
    const rest = longer.subarray(end);
    await refused(
      attacker.call('unwrapKey', {
        wrappingKey: opened,
        wrapped: rest,
        template: { token: false, extractable: true },
      }),
      'key-not-usable',
    );
    await refused(
      attacker.call('decrypt', { key: opened, ciphertext: rest, aad: Buffer.alloc(0) }),
      'ciphertext-invalid',
    );
  });

  it('does not come out of its key token', async () => {
    const open = (change: Partial<CommandInput<'unwrapKey'>>) =>
      attacker.call('unwrapKey', {
        ...tokenInput(stored),
        form: aes,
        template: { token: false },
        ...change,
      });
    for (const name of ['extractable', 'wrap', 'unwrap', 'sign', 'token'] as const)
      await refused(open({ template: { token: false, [name]: true } }), 'template-inconsistent');
    await refused(open({ form: genericSecret }), 'ciphertext-invalid');
    for (const mechanism of ['aes-gcm', 'aes-kwp'] as const)
      await refused(open({ mechanism }), 'ciphertext-invalid');

    // A template that the attacker writes: in the token, or instead of it.
    const token = Buffer.from(stored.token, 'base64');
    const length = token.readUInt16BE(4);
    const header = token.subarray(0, 6 + length);
    const sealed = token.subarray(header.length);
    const content = Buffer.from(JSON.stringify({ wrap: true, extractable: true }));
    const forged = Buffer.concat([Buffer.from('KHT2'), Buffer.of(0, content.length), content]);
    const binding = Buffer.from(stored.materialId, 'hex');
    await refused(open({ wrapped: Buffer.concat([forged, sealed]) }), 'ciphertext-invalid');
    await refused(open({ wrapped: sealed }), 'ciphertext-invalid');
    await refused(
      open({ wrapped: sealed, binding: Buffer.concat([header, binding]) }),
      'ciphertext-invalid',
    );
  });

  it('is safe because the domain key is: nobody else gets it, and it does nothing else', async () => {
    const handle = stored.domainKeyHandle;
    await refused(attacker.call('shareKey', { handle, username: 'admin' }), 'user-not-found');
    await refused(attacker.call('wrapKey', { key: handle, wrappingKey: known }));
    for (const name of ['extractable', 'decrypt', 'encrypt', 'derive', 'trusted'])
      await refused(attacker.call('setAttribute', { handle, name, value: true }));
    await refused(attacker.call('setAttribute', { handle, name: 'trusted', value: false }));
    await refused(attacker.call('destroyKey', { handle }));
    // A key of the attacker that the domain key wraps is no way to its material either.
    await refused(
      attacker.call('generateWrappedKey', {
        wrappingKey: known,
        form: { ...aes, length: 32 },
        binding: Buffer.alloc(32),
      }),
      'key-not-extractable',
    );
  });
});

async function refused(attack: Promise<unknown>, code?: HsmErrorCode): Promise<void> {
  const error = await attack.then(
    () => assert.fail('the HSM carried out the attack'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HsmError, String(error));
  if (code !== undefined) assert.equal(error.code, code, error.message);
}

function tokenInput({ token, domainKeyHandle, materialId }: Row) {
  return {
    wrappingKey: domainKeyHandle,
    wrapped: Buffer.from(token, 'base64'),
    mechanism: 'aes-gcm-bound',
    binding: Buffer.from(materialId, 'hex'),
  } as const;
}

/** Reads the database of a running Keyhold. */
function readRows(data: string): { readonly seal: Row; stored(keyId: string): Row } {
  using database = new DatabaseSync(join(data, 'keyhold.sqlite'), { readOnly: true });
  const bodies = (table: string) =>
    database
      .prepare(`SELECT doc FROM ${table}`)
      .all()
      .map(({ doc }) => JSON.parse(String(doc)) as Record<string, unknown>);
  const settings = bodies('settings');
  const materials = bodies('materials');
  const seal = settings.find(({ name }) => name === 'password-seal')?.['value'];
  return {
    seal: JSON.parse(String(seal)) as Row,
    stored: (keyId) => materials.find((row) => row['keyId'] === keyId) as unknown as Row,
  };
}

/** Decrypts an import token, as the front end does. Returns where the wrapping pair is. */
async function openImportToken(
  attacker: HsmConnection,
  seal: Row,
  token: Uint8Array,
): Promise<Row> {
  const { handle: key } = await attacker.call('unwrapKey', {
    ...tokenInput(seal),
    form: aes,
    template: { token: false },
  });
  const aad = Buffer.from('keyhold import token 2');
  const { plaintext } = await attacker.call('decrypt', { key, aad, ciphertext: token });
  const { wrappingPair } = JSON.parse(Buffer.from(plaintext).toString()) as { wrappingPair: Row };
  return wrappingPair;
}

/** Puts an AES key into the HSM whose bytes the attacker has, and returns its handle. */
async function knownKey(attacker: HsmConnection): Promise<string> {
  const { handle } = await attacker.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template: { token: false, extractable: true, wrap: true, unwrap: true },
  });
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { handle: wrappingKey } = await attacker.call('importPublicKey', {
    kind: 'rsa-2048',
    publicKey: own.publicKey.export({ type: 'spki', format: 'der' }),
    template: { token: false, wrap: true },
  });
  const mechanism = MECHANISM;
  const { wrapped } = await attacker.call('wrapKey', { key: handle, wrappingKey, mechanism });
  const bytes = privateDecrypt({ key: own.privateKey, oaepHash: 'sha256' }, wrapped);
  assert.equal(bytes.length, 32);
  return handle;
}

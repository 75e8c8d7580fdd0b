import assert from 'node:assert/strict';
import { constants, createPublicKey, hash, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { openssl, withoutOpenssl } from '../../../test/support/openssl.ts';
import {
  BrokenSealError,
  InvalidKeyError,
  type PairKind,
  type SignatureMechanism,
} from '../../crypto/index.ts';
import type { WrapMechanism } from '../wire/index.ts';
import { createSoftwareEngine, UnfitKeyError } from './index.ts';

const engine = createSoftwareEngine();
const message = Buffer.from('a message that is signed');
const secretForm = { class: 'secret-key', type: 'generic-secret' } as const;

const rsa = await engine.generatePair('rsa-2048');
const aes = engine.generate('aes', 32);

function spki(key: typeof rsa): Buffer {
  return Buffer.from(engine.exportPublicKey(key));
}
const nodeKey = (key: typeof rsa) =>
  createPublicKey({ key: spki(key), format: 'der', type: 'spki' });

type Hash = 'sha256' | 'sha384' | 'sha512';
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING };
const saltLengths: Record<Hash, number> = { sha256: 32, sha384: 48, sha512: 64 };
const signing: readonly (readonly [PairKind, SignatureMechanism, Hash, object])[] = [
  ...(['sha256', 'sha384', 'sha512'] as const).flatMap(
    (name) =>
      [
        ['rsa-2048', `rsa-pkcs-${name}`, name, {}],
        ['rsa-2048', `rsa-pkcs-pss-${name}`, name, { ...pss, saltLength: saltLengths[name] }],
      ] as const,
  ),
  ['secp256r1', 'ecdsa-sha256', 'sha256', {}],
  ['secp384r1', 'ecdsa-sha384', 'sha384', {}],
  ['secp521r1', 'ecdsa-sha512', 'sha512', {}],
  ['secp256k1', 'ecdsa-sha256', 'sha256', {}],
];

describe('signatures of a message and of its digest verify alike elsewhere', () => {
  for (const [kind, mechanism, name, options] of signing) {
    it(`${mechanism} with ${kind}`, async (test) => {
      const key = kind === 'rsa-2048' ? rsa : await engine.generatePair(kind);
      const digest = hash(name, message, 'buffer');
      const signatures = [
        await engine.sign(key, { mechanism, form: 'raw', data: message }),
        await engine.sign(key, { mechanism, form: 'digest', data: digest }),
      ];
      for (const signature of signatures) {
        assert.ok(
          verify(name, message, { key: nodeKey(key), ...options }, signature),
          'node:crypto',
        );
        assert.equal(
          await engine.verify(key, { mechanism, form: 'digest', data: digest }, signature),
          true,
        );
        const files = { key: spki(key), message, signature };
        const flags =
          'padding' in options
            ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest']
            : [];
        if (withoutOpenssl !== false) test.diagnostic(withoutOpenssl);
        else
          openssl(
            [
              'dgst',
              `-${name}`,
              '-verify',
              '@key',
              '-keyform',
              'DER',
              ...flags,
              '-signature',
              '@signature',
              '@message',
            ],
            files,
          );
      }
    });
  }
});

describe('keys of the wrong kind', () => {
  const digest = hash('sha256', message, 'buffer');
  it('are rejected by a mechanism of another family', async () => {
    await assert.rejects(
      engine.sign(rsa, { mechanism: 'ecdsa-sha256', form: 'raw', data: message }),
      UnfitKeyError,
    );
    await assert.rejects(
      engine.sign(rsa, { mechanism: 'ml-dsa', form: 'raw', data: message }),
      UnfitKeyError,
    );
    await assert.rejects(engine.derive(rsa, spki(rsa)), UnfitKeyError);
    await assert.rejects(engine.encapsulate(rsa), UnfitKeyError);
    assert.throws(() => engine.encrypt(rsa, message, message), UnfitKeyError);
    assert.throws(() => engine.mac(aes, 'sha256', message), UnfitKeyError);
  });
  it('are not the only error: so are a digest of the wrong length and a form that the scheme lacks', async () => {
    const key = await engine.generatePair('ed25519');
    await assert.rejects(
      engine.sign(rsa, { mechanism: 'rsa-pkcs-sha256', form: 'digest', data: digest.subarray(1) }),
      UnfitKeyError,
    );
    await assert.rejects(
      engine.sign(key, { mechanism: 'ed25519', form: 'digest', data: digest }),
      UnfitKeyError,
    );
    await assert.rejects(
      engine.sign(key, { mechanism: 'ed25519ph', form: 'raw', data: message }),
      UnfitKeyError,
    );
  });
  it('include a public key for signing and for wrapping', async () => {
    const half = engine.publicHalf(rsa);
    await assert.rejects(
      engine.sign(half, { mechanism: 'rsa-pkcs-sha256', form: 'raw', data: message }),
      UnfitKeyError,
    );
    assert.throws(() => engine.wrap(aes, 'aes-kwp', half), UnfitKeyError);
  });
});

describe('RSA-OAEP', () => {
  for (const [mechanism, oaepHash, longest] of [
    ['rsa-oaep-sha1', 'sha1', 214],
    ['rsa-oaep-sha256', 'sha256', 190],
  ] as const) {
    it(
      `${mechanism} takes ${longest} bytes, decrypts openssl's ciphertexts, and reveals nothing about invalid ones`,
      { skip: withoutOpenssl },
      async () => {
        const plaintext = Buffer.alloc(longest, 7);
        assert.deepEqual(
          Buffer.from(
            await engine.decryptFrom(
              rsa,
              mechanism,
              await engine.encryptTo(rsa, mechanism, plaintext),
            ),
          ),
          plaintext,
        );
        await assert.rejects(
          engine.encryptTo(rsa, mechanism, Buffer.alloc(longest + 1)),
          UnfitKeyError,
        );
        const options = [
          'rsa_padding_mode:oaep',
          `rsa_oaep_md:${oaepHash}`,
          `rsa_mgf1_md:${oaepHash}`,
        ].flatMap((one) => ['-pkeyopt', one]);
        const command = [
          'pkeyutl',
          '-encrypt',
          '-pubin',
          '-keyform',
          'DER',
          '-inkey',
          '@key',
          '-in',
          '@text',
          ...options,
        ];
        const foreign = openssl(command, { key: spki(rsa), text: message });
        assert.deepEqual(Buffer.from(await engine.decryptFrom(rsa, mechanism, foreign)), message);
        foreign[9] = (foreign[9] ?? 0) ^ 1;
        await assert.rejects(engine.decryptFrom(rsa, mechanism, foreign), BrokenSealError);
      },
    );
  }
});

describe('wrapping', () => {
  const symmetric: readonly WrapMechanism[] = ['aes-kwp', 'aes-gcm', 'aes-gcm-bound'];
  const direct: readonly WrapMechanism[] = [
    'rsa-oaep-sha1',
    'rsa-oaep-sha256',
    'rsa-aes-sha1',
    'rsa-aes-sha256',
  ];
  for (const mechanism of [...symmetric, ...direct]) {
    it(`${mechanism} wraps a secret, and rejects changed bytes`, () => {
      const wrappingKey = symmetric.includes(mechanism) ? aes : rsa;
      const key = engine.generate('generic-secret', 64);
      const wrapped = engine.wrap(wrappingKey, mechanism, key);
      const copy = engine.unwrap(wrappingKey, mechanism, { form: secretForm, bytes: wrapped });
      assert.deepEqual(engine.mac(copy, 'sha256', message), engine.mac(key, 'sha256', message));
      wrapped[wrapped.length - 1] = (wrapped.at(-1) ?? 0) ^ 1;
      assert.throws(
        () => engine.unwrap(wrappingKey, mechanism, { form: secretForm, bytes: wrapped }),
        BrokenSealError,
      );
    });
  }
  for (const kind of ['rsa-2048', 'secp521r1', 'ed25519', 'ml-dsa-87', 'ml-kem-1024'] as const) {
    it(`rsa-aes wraps and unwraps a private key of kind ${kind}`, async () => {
      const key = await engine.generatePair(kind);
      const wrapped = engine.wrap(rsa, 'rsa-aes-sha256', key);
      const copy = engine.unwrap(rsa, 'rsa-aes-sha256', {
        form: { class: 'private-key', type: kind },
        bytes: wrapped,
      });
      assert.equal(copy.checkValue, key.checkValue);
      assert.deepEqual(engine.fingerprint(copy, message), engine.fingerprint(key, message));
      assert.throws(
        () =>
          engine.unwrap(rsa, 'rsa-aes-sha256', {
            form: { class: 'private-key', type: 'secp256r1' },
            bytes: wrapped,
          }),
        InvalidKeyError,
      );
    });
  }
  it('a private key with the wrong public half is rejected', async () => {
    const [mine, other] = [
      await engine.generatePair('secp256r1'),
      await engine.generatePair('secp256r1'),
    ];
    const forged = Buffer.from(engine.exportMaterial(mine));
    spki(other)
      .subarray(-65)
      .copy(forged, forged.length - 65);
    const carrier = engine.importMaterial(secretForm, forged);
    const wrapped = engine.wrap(aes, 'aes-kwp', carrier);
    assert.throws(
      () =>
        engine.unwrap(aes, 'aes-kwp', {
          form: { class: 'private-key', type: 'secp256r1' },
          bytes: wrapped,
        }),
      InvalidKeyError,
    );
  });
});

describe('a recipient', { skip: withoutOpenssl }, () => {
  it('is the only one who can decrypt the response', async () => {
    const files = {
      key: engine.exportMaterial(rsa),
      envelope: await engine.sealForRecipient(spki(rsa), message),
    };
    const command = [
      'cms',
      '-decrypt',
      '-binary',
      '-inform',
      'DER',
      '-in',
      '@envelope',
      '-inkey',
      '@key',
      '-keyform',
      'DER',
    ];
    assert.deepEqual(openssl(command, files), message);
    const elliptic = engine.exportPublicKey(await engine.generatePair('secp256r1'));
    await assert.rejects(engine.sealForRecipient(elliptic, message), InvalidKeyError);
  });
});

describe('the visible properties of a key', () => {
  it('are its kind, length and check value, never its bytes', () => {
    const key = engine.importMaterial({ class: 'secret-key', type: 'aes' }, Buffer.alloc(32, 0x41));
    // AES-256 of a zero block under the key 41…41, by openssl enc -aes-256-ecb.
    assert.deepEqual(
      [key.class, key.type, key.length, key.checkValue],
      ['secret-key', 'aes', 32, '0x2f3155'],
    );
    assert.doesNotMatch(inspect(key, { depth: 9, showHidden: true }), /4141|AAAA/);
  });
});

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** Keys of one family support the same mechanisms. */
export type PairFamily = 'rsa' | 'ec' | 'sm2' | 'ed25519' | 'ml-dsa' | 'ml-kem';

interface Kind {
  readonly family: PairFamily;
  /** Runs outside the event loop: an RSA key takes seconds. */
  readonly generate: () => Promise<{ readonly privateKey: KeyObject }>;
  readonly matches: (key: KeyObject) => boolean;
}

/** All supported kinds of key pairs, one row each, under cloudhsm-cli's names where it has one. */
const kinds = {
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
  'rsa-4096': rsa(4096),
  secp256r1: ec('prime256v1', '06082a8648ce3d030107'),
  secp384r1: ec('secp384r1', '06052b81040022'),
  secp521r1: ec('secp521r1', '06052b81040023'),
  secp256k1: ec('secp256k1', '06052b8104000a'),
  sm2: sm2(),
  ed25519: plain('ed25519', 'ed25519'),
  'ml-dsa-44': plain('ml-dsa', 'ml-dsa-44'),
  'ml-dsa-65': plain('ml-dsa', 'ml-dsa-65'),
  'ml-dsa-87': plain('ml-dsa', 'ml-dsa-87'),
  'ml-kem-512': plain('ml-kem', 'ml-kem-512'),
  'ml-kem-768': plain('ml-kem', 'ml-kem-768'),
  'ml-kem-1024': plain('ml-kem', 'ml-kem-1024'),
} as const satisfies Record<string, Kind>;

export type PairKind = keyof typeof kinds;

export function familyOf(kind: PairKind): PairFamily {
  return kinds[kind].family;
}

/**
 * Generates a key pair and returns the private key, which contains the public key.
 *
 * @example
 * ```ts
 * import { generatePrivateKey, publicKeyOf, signatureSchemes } from 'src/crypto/index.ts';
 *
 * const privateKey = await generatePrivateKey('ed25519');
 * const { raw } = signatureSchemes.ed25519;
 * const message = Buffer.from('message');
 * const signature = await raw.sign(privateKey, message);
 * assert.ok(await raw.verify(publicKeyOf(privateKey), message, signature));
 * ```
 */
export async function generatePrivateKey(kind: PairKind): Promise<KeyObject> {
  return (await kinds[kind].generate()).privateKey;
}

/**
 * Checks that a private or public key is of this kind: the algorithm and, if there are several, its
 * size or curve.
 */
export function isOfKind(key: KeyObject, kind: PairKind): boolean {
  return kinds[kind].matches(key);
}

function rsa(modulusLength: number): Kind {
  return {
    family: 'rsa',
    generate: () => generate('rsa', { modulusLength, publicExponent: 0x10001 }),
    matches: (key) =>
      key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === modulusLength,
  };
}

/**
 * `objectId` is the DER of the curve's object identifier. A key must name its curve. OpenSSL would
 * also accept one that describes its parameters.
 */
function ec(namedCurve: string, objectId: string): Kind {
  return {
    family: 'ec',
    generate: () => generate('ec', { namedCurve }),
    matches: (key) => key.asymmetricKeyType === 'ec' && spkiOf(key).includes(objectId, 0, 'hex'),
  };
}

/**
 * OpenSSL reads an SM2 key as a type for which Node has no name. A new key is written and read
 * once, so that all SM2 keys are alike.
 */
function sm2(): Kind {
  return {
    family: 'sm2',
    async generate() {
      const { privateKey } = await generate('ec', { namedCurve: 'SM2' });
      return {
        privateKey: createPrivateKey({
          key: privateKey.export({ type: 'pkcs8', format: 'der' }),
          format: 'der',
          type: 'pkcs8',
        }),
      };
    },
    matches: (key) =>
      key.asymmetricKeyType === undefined && spkiOf(key).includes('06082a811ccf5501822d', 0, 'hex'),
  };
}

function spkiOf(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({
    type: 'spki',
    format: 'der',
  });
}

function plain(
  family: PairFamily,
  type: 'ed25519' | `ml-dsa-${44 | 65 | 87}` | `ml-kem-${512 | 768 | 1024}`,
): Kind {
  // Each overload takes one type name. `type` is any of them, and the overloads do not differ
  // otherwise.
  return {
    family,
    generate: () => generate(type as 'ed25519'),
    matches: (key) => key.asymmetricKeyType === type,
  };
}

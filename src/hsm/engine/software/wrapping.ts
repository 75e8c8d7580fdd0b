import {
  open,
  rsaAesUnwrap,
  rsaAesWrap,
  rsaDecrypt,
  rsaEncrypt,
  seal,
  unwrapKey,
  wrapKey,
  type OaepHash,
} from '../../../crypto/index.ts';
import type { KeyForm, WrapMechanism } from '../../wire/index.ts';
import { UnfitKeyError, type WrappedKey } from '../engine.ts';
import { oaepMaxBytes, requireFamily } from './public-key-use.ts';
import {
  exportMaterial,
  importForeign,
  privateOf,
  publicOf,
  secretOf,
  type SoftwareKey,
} from './software-key.ts';

interface WrapAlgorithm {
  readonly wrap: (wrappingKey: SoftwareKey, material: Uint8Array, bound: WrapBinding) => Uint8Array;
  readonly unwrap: (
    wrappingKey: SoftwareKey,
    wrapped: Uint8Array,
    bound: WrapBinding,
  ) => Uint8Array;
}
/** Form of a key, and additional data that it is bound to. */
interface WrapBinding {
  readonly form: KeyForm;
  readonly binding: Uint8Array;
}
const NOTHING = new Uint8Array(0);

const wrappings: Readonly<Record<WrapMechanism, WrapAlgorithm>> = {
  'aes-kwp': {
    wrap: (key, material) => wrapKey(secretOf(key, 'aes'), material),
    unwrap: (key, wrapped) => unwrapKey(secretOf(key, 'aes'), wrapped),
  },
  'aes-gcm': {
    wrap: (key, material) => seal(secretOf(key, 'aes'), material, NOTHING),
    unwrap: (key, wrapped) => open(secretOf(key, 'aes'), wrapped, NOTHING),
  },
  'aes-gcm-bound': {
    wrap: (key, material, bound) => seal(secretOf(key, 'aes'), material, aadOf(bound)),
    unwrap: (key, wrapped, bound) => open(secretOf(key, 'aes'), wrapped, aadOf(bound)),
  },
  'rsa-oaep-sha1': oaep('sha1'),
  'rsa-oaep-sha256': oaep('sha256'),
  'rsa-aes-sha1': rsaAes('sha1'),
  'rsa-aes-sha256': rsaAes('sha256'),
};

export function wrap(
  wrappingKey: SoftwareKey,
  mechanism: WrapMechanism,
  key: SoftwareKey,
  binding: Uint8Array = NOTHING,
): Uint8Array {
  if (key.class === 'public-key') throw new UnfitKeyError('a public key cannot be wrapped');
  const material = exportMaterial(key);
  try {
    return wrappings[mechanism].wrap(wrappingKey, material, { form: key, binding });
  } finally {
    material.fill(0);
  }
}

export function unwrap(
  wrappingKey: SoftwareKey,
  mechanism: WrapMechanism,
  { form, bytes, binding = NOTHING }: WrappedKey,
): SoftwareKey {
  const material = wrappings[mechanism].unwrap(wrappingKey, bytes, { form, binding });
  try {
    return importForeign(form, material);
  } finally {
    material.fill(0);
  }
}

function aadOf({ form: { class: kind, type }, binding }: WrapBinding): Buffer {
  return Buffer.concat([Buffer.from(`${kind} ${type}\0`, 'latin1'), binding]);
}

function oaep(hash: OaepHash): WrapAlgorithm {
  return {
    wrap(key, material) {
      requireFamily(key, 'rsa');
      const publicKey = publicOf(key);
      if (material.length > oaepMaxBytes(publicKey, hash))
        throw new UnfitKeyError('the key is too long for this mechanism');
      return rsaEncrypt(publicKey, hash, material);
    },
    unwrap(key, wrapped) {
      requireFamily(key, 'rsa');
      return rsaDecrypt(privateOf(key), hash, wrapped);
    },
  };
}

function rsaAes(hash: OaepHash): WrapAlgorithm {
  return {
    wrap(key, material) {
      requireFamily(key, 'rsa');
      return rsaAesWrap(publicOf(key), hash, material);
    },
    unwrap(key, wrapped) {
      requireFamily(key, 'rsa');
      return rsaAesUnwrap(privateOf(key), hash, wrapped);
    },
  };
}

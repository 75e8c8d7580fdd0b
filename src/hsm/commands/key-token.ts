import { unionOf } from '../keys/index.ts';
import { HsmError, type KeyForm, type KeyTemplate } from '../wire/index.ts';

/**
 * A key token, the form in which keys that the HSM does not keep leave it: magic, length of the
 * template (16-bit big endian), template in JSON, and the key by `aes-gcm-bound`. The part before
 * the key is bound to it.
 */
const MAGIC = Buffer.from('KHT2');
const HEADER_BYTES = MAGIC.length + 2;

/** Attributes of every key that is opened from a token. */
const CONFINED = { token: false, extractable: false, modifiable: false } as const;
const NO_ABILITIES = {
  encrypt: false,
  decrypt: false,
  sign: false,
  verify: false,
  wrap: false,
  unwrap: false,
  derive: false,
} as const;

const DEFAULTS: Readonly<Record<string, unknown>> = { ...NO_ABILITIES, ...CONFINED };

/**
 * Attributes of the keys in tokens of earlier versions, which contain none. Such a key can't
 * unwrap: an import that began with an earlier version can't be completed.
 */
const EARLIER: Readonly<Record<'aes' | 'generic-secret' | 'private-key', KeyTemplate>> = {
  aes: { encrypt: true, decrypt: true },
  'generic-secret': { sign: true, verify: true },
  'private-key': { sign: true, decrypt: true, derive: true },
};

/** Returns the first part of a token for a key with this template. Throws HsmError. */
export function tokenHeader(template: KeyTemplate, form: KeyForm): Buffer {
  const entries = Object.entries(unionOf(CONFINED, form, template));
  const content = Buffer.from(
    JSON.stringify(Object.fromEntries(entries.filter(([name, value]) => DEFAULTS[name] !== value))),
  );
  const header = Buffer.concat([MAGIC, Buffer.alloc(2), content]);
  header.writeUInt16BE(content.length, MAGIC.length);
  return header;
}

/** A token, taken apart. */
export interface OpenableToken {
  /** The wrapped key. */
  readonly sealed: Uint8Array;
  /** Data that the wrapped key is bound to, besides its form. */
  readonly bound: Uint8Array;
  /** Returns the template of the key. Valid only after the key was unwrapped with `bound`. */
  readonly template: () => KeyTemplate;
}

/** `binding` is the data that the creator of the token bound it to. */
export function readToken(token: Uint8Array, form: KeyForm, binding: Uint8Array): OpenableToken {
  const bytes = Buffer.from(token.buffer, token.byteOffset, token.byteLength);
  if (!startsWithMagic(bytes)) return earlierToken(bytes, form, binding);
  const end = HEADER_BYTES + (bytes.length < HEADER_BYTES ? 0 : bytes.readUInt16BE(MAGIC.length));
  const header = bytes.subarray(0, end);
  return {
    sealed: bytes.subarray(end),
    bound: Buffer.concat([header, binding]),
    // Only `tokenHeader` creates headers that a key is bound to.
    template: () => closed(JSON.parse(header.subarray(HEADER_BYTES).toString()) as KeyTemplate),
  };
}

function earlierToken(sealed: Buffer, form: KeyForm, binding: Uint8Array): OpenableToken {
  // Otherwise a client could pass the header of a token as a part of the binding.
  if (startsWithMagic(binding))
    throw new HsmError('ciphertext-invalid', 'the ciphertext is invalid');
  const template = EARLIER[form.class === 'secret-key' ? form.type : 'private-key'];
  return { sealed, bound: binding, template: () => closed(template) };
}

/** Returns the template with everything that it leaves open denied. */
function closed(template: KeyTemplate): KeyTemplate {
  return { ...NO_ABILITIES, ...template, ...CONFINED };
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

import { randomBytes } from '../../crypto/index.ts';
import { HsmError, type KeyTemplate } from '../wire/index.ts';
import type { ChangeableAttributes, FixedAttributes, Key } from './key.ts';

/** Where a key comes from. */
export type KeySource = 'generated' | 'unwrapped';

export type NewKey = Omit<Key, 'engineKey'>;

/**
 * Returns a new handle: 16 hex digits with 63 random bits, so that the HSMs of a cluster need not
 * coordinate.
 */
function newHandle(): string {
  const bytes = randomBytes(8);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('hex');
}

/**
 * Returns a new key by a template. The defaults are safe: the key allows nothing and is not
 * extractable. Throws HsmError if the template has an unwrap template that it would undermine.
 */
export function fromTemplate(template: KeyTemplate, owner: string, origin: KeySource): NewKey {
  const {
    token = true,
    extractable = false,
    'unwrap-template': unwrapTemplate,
    ...rest
  } = template;
  if (unwrapTemplate && (extractable || rest.decrypt === true))
    throw new HsmError(
      'invalid-argument',
      'a key with an unwrap template can be neither extractable nor for decrypt',
    );
  const local = origin === 'generated';
  const fixed: FixedAttributes = {
    token,
    extractable,
    local,
    neverExtractable: local && !extractable,
    ...(unwrapTemplate && { unwrapTemplate }),
  };
  const changeable: ChangeableAttributes = {
    label: rest.label ?? '',
    id: rest.id ?? '',
    modifiable: rest.modifiable ?? true,
    destroyable: rest.destroyable ?? true,
    encrypt: rest.encrypt ?? false,
    decrypt: rest.decrypt ?? false,
    sign: rest.sign ?? false,
    verify: rest.verify ?? false,
    wrap: rest.wrap ?? false,
    unwrap: rest.unwrap ?? false,
    derive: rest.derive ?? false,
    trusted: false,
    'wrap-with-trusted': rest['wrap-with-trusted'] ?? false,
  };
  return { handle: newHandle(), owner, sharedUsers: [], fixed, changeable };
}

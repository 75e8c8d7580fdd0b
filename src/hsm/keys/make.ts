import { randomBytes } from '../../crypto/index.ts';
import type { KeyTemplate } from '../wire/index.ts';
import type { ChangeableAttributes, FixedAttributes, Key } from './key.ts';

/** Where a key came from. */
export type KeySource = 'generated' | 'unwrapped';

export type NewKey = Omit<Key, 'engineKey'>;

/** 16 hex digits; 63 random bits, so that all HSMs of a cluster can give them out without asking each other. */
export function newHandle(): string {
  const bytes = randomBytes(8);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('hex');
}

/** What a template asks for, with the safe default for what it leaves out: nothing is allowed, and the key can't leave. */
export function fromTemplate(template: KeyTemplate, owner: string, origin: KeySource): NewKey {
  const { token = true, extractable = false, ...rest } = template;
  const local = origin === 'generated';
  const fixed: FixedAttributes = {
    token,
    extractable,
    local,
    neverExtractable: local && !extractable,
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

/**
 * hsm/keys: the keys of this HSM, their PKCS#11 attributes, and who may use them. It must not know
 * connections or how keys reach other HSMs. Begin at `key.ts`.
 */
export { attributesOf, sharedWith, unsharedWith, type Key } from './key.ts';
export { amend, isKeyId, isLabel } from './amend.ts';
export { matcher } from './filter.ts';
export { Keys, MAX_KEYS } from './keys.ts';
export { fromTemplate } from './make.ts';
export { confines, unionOf } from './unwrap-template.ts';

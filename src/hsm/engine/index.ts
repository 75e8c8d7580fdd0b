/**
 * hsm/engine: where cryptography with keys really happens: in this process now, in a PKCS#11 token later. It must not know
 * users, permissions or attributes: who may do what has been decided when an engine is asked. Begin at `engine.ts`.
 */
export {
  formOf,
  UnfitKeyError,
  type Engine,
  type EngineKey,
  type EngineResult,
  type SignatureInput,
  type WrappedKey,
} from './engine.ts';
export { KeyPairGenerator } from './key-pair-generator.ts';
export { createSoftwareEngine, type SoftwareEngine } from './software/software.ts';
export type { SoftwareKey } from './software/software-key.ts';

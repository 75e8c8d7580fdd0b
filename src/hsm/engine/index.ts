/**
 * hsm/engine: cryptography with keys, in this process or, with another engine, in a hardware token.
 * It must not know users, permissions or attributes, which are checked before an engine is called.
 * Begin at `engine.ts`.
 */
export {
  formOf,
  UnfitKeyError,
  type Engine,
  type EngineKey,
  type EngineResult,
  type SignatureInput,
} from './engine.ts';
export { KeyPairGenerator } from './key-pair-generator.ts';
export { createSoftwareEngine, type SoftwareEngine } from './software/software.ts';
export type { SoftwareKey } from './software/software-key.ts';

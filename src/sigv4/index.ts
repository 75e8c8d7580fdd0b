/**
 * sigv4: AWS Signature Version 4, both ways: `signRequest` for clients, `createVerifier` for the server. It knows headers,
 * bytes and time; it must not know operations, nor where credentials are kept. Begin at `verify.ts`.
 */
export { signRequest, type Credentials, type RequestToSign } from './sign.ts';
export {
  createVerifier,
  type KnownCredential,
  type Lookup,
  type Verified,
  type VerifierOptions,
  type Verify,
} from './verify.ts';
export type { SignableHeaders, SignableRequest } from './canonical.ts';

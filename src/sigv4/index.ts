/**
 * sigv4: AWS Signature Version 4 in both directions: `signRequest` for clients, `createVerifier`
 * for the server. It knows headers, bytes and time. It must not know operations, or where
 * credentials are stored. Begin at `verify.ts`.
 */
export { signRequest, type Credentials } from './sign.ts';
export { createVerifier, type Verified, type Verify } from './verify.ts';
export type { SignableRequest } from './canonical.ts';

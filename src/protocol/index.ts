/**
 * protocol: the outer half of a request: HTTP, Signature Version 4, the AWS JSON 1.1 and Query
 * codecs, validation against the contract, and errors on the wire. `http/` is above `handle.ts`,
 * and `handle.ts` above `codec/`. It must not know keys, policies or storage. Begin at `handle.ts`.
 */
export { createHttpServer } from './http/server.ts';
export type { ObservedRequest } from './http/options.ts';
export { isLoopback, watchCertificate, type TlsSource } from './http/tls.ts';
export { certificateFiles } from './http/certificate-files.ts';
export { localCertificates } from './http/local-certificates.ts';
export { isAddressOrBlock } from './http/client-address.ts';

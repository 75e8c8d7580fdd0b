/**
 * protocol: the outer half of a request: HTTP, Signature Version 4, the JSON 1.1 and Query codecs, validation against the
 * contract, and how errors look on the wire. It must not know keys, policies or storage. Begin at `handle.ts`.
 */
export { createHttpServer } from './http.ts';
export type { HttpOptions, HttpServer, Seen } from './options.ts';
export { isLoopback, keepFresh, type TlsIdentity, type TlsSource } from './tls.ts';
export { certificateFiles } from './certificate-files.ts';
export { localCertificates, type LocalCertificates } from './local-certificates.ts';
export { isAddressOrBlock } from './origin.ts';

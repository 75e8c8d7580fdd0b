/**
 * Test fixture: an enclave with its root certificate, its attestation documents and the private key
 * for its responses.
 */
import { generateKeyPairSync, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { encode, Tagged } from 'cborg';
import { createAuthority, issueCertificate } from '../../src/crypto/index.ts';

export interface DocumentOptions {
  /** PCR values by index. Null omits them. */
  readonly pcrs?: ReadonlyMap<number, Uint8Array> | null;
  readonly tpmPcrs?: ReadonlyMap<number, Uint8Array>;
  /** SubjectPublicKeyInfo. Defaults to the enclave's own key; null omits it. */
  readonly publicKey?: Uint8Array | null;
  /** Signing key. Defaults to the key of the enclave's certificate. */
  readonly signer?: KeyObject;
  /** COSE algorithm of the signature. Defaults to ES384. */
  readonly algorithm?: number;
  readonly bundle?: readonly Uint8Array[];
}

export interface Enclave {
  /** Root certificate, in PEM. */
  readonly root: string;
  /** The RSA private key that belongs to the documents' public key, in PKCS#8. */
  readonly privateKey: Buffer;
  document(options?: DocumentOptions): Buffer;
}

const HOUR_MS = 3_600_000;
const p384 = () => generateKeyPairSync('ec', { namedCurve: 'P-384' });
const der = (pem: string): Uint8Array => new X509Certificate(pem).raw;

/**
 * Creates an enclave. A positive `age` is the time since its certificate expired, in milliseconds.
 */
export async function makeEnclave({ age = 0 }: { readonly age?: number } = {}): Promise<Enclave> {
  const now = Date.now();
  const long = { notBefore: now - 48 * HOUR_MS, notAfter: now + 48 * HOUR_MS };
  const short = { notBefore: now - 24 * HOUR_MS, notAfter: age > 0 ? now - age : now + HOUR_MS };
  const [rootKeys, zoneKeys, enclaveKeys] = [p384(), p384(), p384()];
  const root = await createAuthority(rootKeys, { CN: 'root' }, long);
  const issuer = { certificate: root, privateKey: rootKeys.privateKey };
  const zone = await issueCertificate(
    { ...long, subject: { CN: 'zone' }, publicKey: zoneKeys.publicKey, ca: true },
    issuer,
  );
  const order = {
    ...short,
    subject: { CN: 'enclave' },
    publicKey: enclaveKeys.publicKey,
    ca: false,
  };
  const certificate = await issueCertificate(order, {
    certificate: zone,
    privateKey: zoneKeys.privateKey,
  });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    root,
    privateKey: rsa.privateKey.export({ format: 'der', type: 'pkcs8' }),
    document({
      pcrs = new Map([[0, Buffer.alloc(48, 0xa0)]]),
      tpmPcrs,
      publicKey,
      signer = enclaveKeys.privateKey,
      algorithm = -35,
      bundle = [der(root), der(zone)],
    } = {}) {
      const own =
        publicKey === undefined ? rsa.publicKey.export({ format: 'der', type: 'spki' }) : publicKey;
      const payload = encode(
        new Map<string, unknown>([
          ['module_id', 'i-0123456789abcdef0-enc0123456789abcdef'],
          ['digest', 'SHA384'],
          ['timestamp', now],
          ...(pcrs ? [['pcrs', pcrs] as const] : []),
          ...(tpmPcrs ? [['nitrotpm_pcrs', tpmPcrs] as const] : []),
          ['certificate', der(certificate)],
          ['cabundle', bundle],
          ['public_key', own],
          ['user_data', null],
          ['nonce', null],
        ]),
      );
      const header = encode(new Map([[1, algorithm]]));
      const signed = encode(['Signature1', header, new Uint8Array(0), payload]);
      const signature = sign('sha384', signed, { key: signer, dsaEncoding: 'ieee-p1363' });
      return Buffer.from(encode(new Tagged(18, [header, new Map(), payload, signature])));
    },
  };
}

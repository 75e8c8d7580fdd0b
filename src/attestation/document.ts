import { decode, encode, Tagged } from 'cborg';

/**
 * The payload that an enclave's hypervisor signed. Certificates are in DER. Source: "Verifying the
 * root of trust", AWS Nitro Enclaves User Guide.
 */
export interface Document {
  /** Enclave ID. */
  readonly moduleId: string;
  /** Measurements of an enclave. An instance with a NitroTPM has `tpmPcrs` instead. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly tpmPcrs: ReadonlyMap<number, Uint8Array>;
  readonly certificate: Uint8Array;
  /** CA certificates, the root first. */
  readonly cabundle: readonly Uint8Array[];
  /** Recipient's public key (SubjectPublicKeyInfo), for which secrets are encrypted. */
  readonly publicKey: Uint8Array | undefined;
}

export interface SignedDocument {
  readonly document: Document;
  /** Bytes that the signature covers. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** COSE_Sign1 and ES384 (RFC 9052, 9053). */
const SIGN1_TAG = 18;
const ALGORITHM = 1;
const ES384 = -35;

/** Far larger than any document with its certificates. Small maps take long to decode. */
const MAX_BYTES = 16 * 1024;
const options = { useMaps: true, rejectDuplicateMapKeys: true };

/**
 * Parses an attestation document. Returns undefined if it is malformed. Does not verify the
 * signature.
 */
export function readDocument(bytes: Uint8Array): SignedDocument | undefined {
  if (bytes.length > MAX_BYTES) return undefined;
  try {
    const decoded: unknown = decode(bytes, { ...options, tags: Tagged.preserve(SIGN1_TAG) });
    const parts = decoded instanceof Tagged ? decoded.value : decoded;
    if (!Array.isArray(parts) || parts.length !== 4) return undefined;
    const [header, , payload, signature] = parts.map((part) => bytesOf(part));
    if (!header || !payload || !signature || mapOf(header).get(ALGORITHM) !== ES384)
      return undefined;
    return {
      document: documentOf(mapOf(payload)),
      signed: encode(['Signature1', header, new Uint8Array(0), payload]),
      signature,
    };
  } catch {
    return undefined;
  }
}

function documentOf(members: ReadonlyMap<unknown, unknown>): Document {
  const certificate = bytesOf(members.get('certificate'));
  const cabundle = members.get('cabundle');
  const moduleId = members.get('module_id');
  if (
    members.get('digest') !== 'SHA384' ||
    typeof moduleId !== 'string' ||
    !certificate ||
    !Array.isArray(cabundle)
  ) {
    throw new TypeError('not a document');
  }
  return {
    moduleId,
    certificate,
    cabundle: cabundle.map(requireBytes),
    pcrs: pcrsOf(members.get('pcrs')),
    tpmPcrs: pcrsOf(members.get('nitrotpm_pcrs')),
    publicKey: bytesOf(members.get('public_key')),
  };
}

function pcrsOf(members: unknown): ReadonlyMap<number, Uint8Array> {
  if (members === undefined) return new Map();
  if (!(members instanceof Map)) throw new TypeError('not a map');
  const pcrs = new Map<number, Uint8Array>();
  for (const [index, value] of members) {
    if (typeof index !== 'number' || index < 0 || index > 31) throw new TypeError('no such PCR');
    pcrs.set(index, requireBytes(value));
  }
  return pcrs;
}

function mapOf(bytes: Uint8Array): ReadonlyMap<unknown, unknown> {
  const decoded: unknown = decode(bytes, options);
  if (decoded instanceof Map) return decoded;
  throw new TypeError('not a map');
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

function requireBytes(value: unknown): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes) return bytes;
  throw new TypeError('not bytes');
}

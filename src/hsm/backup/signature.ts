import {
  isSignedBy,
  readCertificate,
  sha256,
  signSha256,
  verifySha256,
} from '../../crypto/index.ts';
import type { HsmIdentity } from '../identity/index.ts';
import { HsmError, packValue, unpackValue } from '../wire/index.ts';

const PURPOSE = Buffer.from('keyhold backup signature\0');

/**
 * The sealed part of a backup: its contents, signed by the hardware key of the HSM that wrote them.
 * Therefore nobody can change a backup outside an HSM, not even with the key that opens it.
 */
interface SignedContents {
  readonly contents: Uint8Array;
  /** The manufacturer's certificate of the hardware key, PEM. */
  readonly certificate: string;
  readonly signature: Uint8Array;
}

/** Signs the contents together with the bytes of the file before them. */
export function signContents(
  identity: HsmIdentity,
  prefix: Uint8Array,
  contents: Uint8Array,
): Buffer {
  const { manufacturerHardwareCertificate: certificate } = identity.state;
  if (certificate === undefined)
    throw new HsmError('wrong-lifecycle', 'this HSM has no hardware certificate');
  const { privateKey } = identity.hardwareKeys;
  const signature = signSha256(privateKey, signedBytes(prefix, contents));
  return packValue({ contents, certificate, signature } satisfies SignedContents);
}

/**
 * Returns the contents of an opened backup.
 *
 * @param roots Manufacturer roots (PEM) whose HSMs are trusted.
 * @throws HsmError `backup-invalid` unless an HSM of one of the manufacturers has signed them.
 */
export function verifyContents(
  opened: Uint8Array,
  prefix: Uint8Array,
  roots: readonly string[],
): Uint8Array {
  const { contents, certificate, signature } = asSigned(unpackValue(opened));
  const hardware = readCertificate(certificate);
  if (!hardware || !verifySha256(hardware.publicKey, signedBytes(prefix, contents), signature))
    throw unsigned();
  if (!roots.some((root) => isSignedBy(certificate, root)))
    throw new HsmError(
      'backup-invalid',
      "the backup is from an HSM of another manufacturer: if you trust it, restore with --source-manufacturer-root and that installation's manufacturer-root.crt",
    );
  return contents;
}

/** A holder of the key that opens the backup could have written anything. */
function asSigned(value: unknown): SignedContents {
  const { contents, certificate, signature } = Object(value) as Record<string, unknown>;
  if (
    !(contents instanceof Uint8Array) ||
    typeof certificate !== 'string' ||
    !(signature instanceof Uint8Array)
  )
    throw unsigned();
  return { contents, certificate, signature };
}

function unsigned(): HsmError {
  return new HsmError('backup-invalid', 'the backup is not signed by the HSM that wrote it');
}

function signedBytes(prefix: Uint8Array, contents: Uint8Array): Buffer {
  return Buffer.concat([PURPOSE, sha256(prefix), contents]);
}

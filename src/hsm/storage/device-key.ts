import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileIfThere, type SecretText, writeFileDurably } from '../../base/index.ts';
import {
  open,
  randomBytes,
  seal,
  secretKey,
  stretchPassword,
  type SecretKey,
} from '../../crypto/index.ts';

/** Sources of the secret that unseals an HSM's folder. The first that is present is used. */
export interface DeviceSecret {
  /** systemd's credentials folder, which may hold `keyhold-device-key`. */
  readonly credentialsFolder?: string | undefined;
  readonly passphrase?: SecretText | undefined;
}

/** Error for a folder that is sealed under another secret. */
export class WrongSecretError extends Error {
  override readonly name = 'WrongSecretError';
}

const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Maximum size of a credential. A larger file is probably not a key. */
const MAX_CREDENTIAL_BYTES = 1024;
const HINT =
  'start it with the same secret as before: systemd credential keyhold-device-key, KEYHOLD_HSM_PASSPHRASE, or its device.key';
const PROOF = Buffer.from('keyhold device key');

/**
 * Opens the key that seals the database in `folder`, and creates it at the first start. From then
 * on the folder accepts only the same kind of secret.
 */
export async function openDeviceKey(folder: string, secret: DeviceSecret): Promise<SecretKey> {
  const path = join(folder, 'device.seal');
  const kept = readFileIfThere(path);
  const { kind, key } = await chooseKey(folder, secret, kept !== undefined);
  const aad = Buffer.from(kind);
  if (!kept) writeFileDurably(path, seal(key, PROOF, aad));
  else if (!opens(key, kept, aad))
    throw new WrongSecretError(
      `this HSM's folder is sealed with another secret than the given ${kind}; ${HINT}`,
    );
  return key;
}

async function chooseKey(
  folder: string,
  { credentialsFolder, passphrase }: DeviceSecret,
  isSealed: boolean,
): Promise<{ kind: string; key: SecretKey }> {
  const credential =
    credentialsFolder === undefined
      ? undefined
      : readFileIfThere(join(credentialsFolder, 'keyhold-device-key'));
  const salt = (): Buffer => keepFile(join(folder, 'device.salt'), SALT_BYTES);
  if (credential) {
    if (credential.length > MAX_CREDENTIAL_BYTES)
      throw new WrongSecretError(
        `credential keyhold-device-key exceeds ${MAX_CREDENTIAL_BYTES} bytes`,
      );
    return {
      kind: 'systemd credential',
      key: secretKey(await stretchPassword(credential.toString('base64'), salt())),
    };
  }
  if (passphrase)
    return {
      kind: 'passphrase',
      key: secretKey(await stretchPassword(passphrase.reveal(), salt())),
    };
  const path = join(folder, 'device.key');
  if (isSealed && !existsSync(path))
    throw new WrongSecretError(`no secret is given for this HSM's folder; ${HINT}`);
  return { kind: 'key file', key: secretKey(keepFile(path, KEY_BYTES)) };
}

/** Returns the file's bytes. If it does not exist, creates it with random bytes. */
function keepFile(path: string, length: number): Buffer {
  const kept = readFileIfThere(path);
  if (kept?.length === length) return kept;
  if (kept) throw new WrongSecretError(`${path} is damaged`);
  const fresh = randomBytes(length);
  writeFileDurably(path, fresh);
  return fresh;
}

function opens(key: SecretKey, sealed: Buffer, aad: Buffer): boolean {
  try {
    return open(key, sealed, aad).equals(PROOF);
  } catch {
    return false;
  }
}

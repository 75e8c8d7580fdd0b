import { join } from 'node:path';
import { readFileIfThere, SecretText, writeFileDurably } from '../../base/index.ts';
import {
  InvalidKeyError,
  openFor,
  readRecipientKey,
  readRecipientPrivateKey,
  sealFor,
  sha256Hex,
  writePublicKey,
} from '../../crypto/index.ts';

const FORMAT = 'keyhold managed admin recovery 1';

/** The file that holds the managed HSM's admin password for the holder of the recovery key. */
interface RecoveryFile {
  readonly format: typeof FORMAT;
  readonly username: string;
  /** SHA-256 of the recovery key (SubjectPublicKeyInfo), in hex. */
  readonly recoveryKey: string;
  /** RSAES-OAEP with SHA-256, or a sealed box for a P-256 key; Base64. */
  readonly sealedPassword: string;
}

/** Where the admin's password of the managed HSM goes: to the holder of a key, or to nobody. */
export interface AdminRecovery {
  /** Stores a password, durably, before the HSM gets it. */
  keep(password: SecretText): void;
  /** Throws if the password was thrown away or is sealed for another key. */
  checkKept(): void;
}

/** `keyPem` is the public key of the recovery. Undefined throws the password away. */
export function openAdminRecovery(folder: string, keyPem: string | undefined): AdminRecovery {
  if (keyPem === undefined) return { keep: () => undefined, checkKept: () => undefined };
  const key = readKey(keyPem);
  const path = join(folder, 'admin-recovery.json');
  const recoveryKey = sha256Hex(writePublicKey(key));
  return {
    keep(password) {
      const file: RecoveryFile = {
        format: FORMAT,
        username: 'admin',
        recoveryKey,
        sealedPassword: sealFor(key, Buffer.from(password.reveal()), FORMAT).toString('base64'),
      };
      writeFileDurably(path, `${JSON.stringify(file, undefined, 2)}\n`);
    },
    checkKept() {
      const content = readFileIfThere(path);
      const kept = content && decode(content.toString());
      if (!kept)
        throw new Error(
          '--recovery-key works at the first start only: the admin password of the managed HSM was thrown away; start without --recovery-key',
        );
      if (kept.recoveryKey !== recoveryKey)
        throw new Error(
          `the admin password of the managed HSM is sealed for another key than --recovery-key (SHA-256 ${kept.recoveryKey}); name that one, or none`,
        );
    },
  };
}

/** Opens a recovery file with the private key, both as text. Returns the admin's password. */
export function openRecoveryFile(content: string, privateKeyPem: string): SecretText {
  const file = decode(content);
  if (!file) throw new Error('the file is no admin-recovery.json of Keyhold');
  const key = readRecipientPrivateKey(privateKeyPem);
  const password = openFor(key, Buffer.from(file.sealedPassword, 'base64'), FORMAT);
  return new SecretText(password.toString());
}

function readKey(pem: string): ReturnType<typeof readRecipientKey> {
  try {
    return readRecipientKey(pem);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw new Error(`--recovery-key: ${error.message}`, { cause: error });
  }
}

function decode(content: string): RecoveryFile | undefined {
  const file = JSON.parse(content) as Partial<RecoveryFile>;
  return file.format === FORMAT ? (file as RecoveryFile) : undefined;
}

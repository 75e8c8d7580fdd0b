import { join } from 'node:path';
import { base32Id, readFileIfThere, SecretText, writeFileDurably } from '../../base/index.ts';

/**
 * IDs of the managed HSM and the credentials of the crypto user that the front end acts as, for all
 * starts of Keyhold.
 */
export interface ManagedSecrets {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly username: string;
  readonly password: SecretText;
  /** Only in a folder of an earlier version, which kept the admin's password. */
  readonly storedAdminPassword?: SecretText | undefined;
}

const USERNAME = 'keyhold';
/** Length of passwords, in characters of 5 random bits each. 32 is the HSMs' maximum. */
const PASSWORD_LENGTH = 32;
const ID_LENGTH = 11;

/** Returns a password that nobody knows. */
export function randomPassword(): SecretText {
  return new SecretText(base32Id(PASSWORD_LENGTH));
}

/**
 * Reads the secrets. The first start creates them, durably before their first use, so that an
 * interrupted first start continues with the same ones.
 */
export function openSecrets(folder: string): ManagedSecrets {
  const path = pathIn(folder);
  const content = readFileIfThere(path);
  if (content) return decode(JSON.parse(content.toString()), path);
  const fresh = {
    hsmId: `hsm-${base32Id(ID_LENGTH)}`,
    clusterId: `cluster-${base32Id(ID_LENGTH)}`,
    username: USERNAME,
    password: randomPassword(),
  };
  writeSecrets(folder, fresh);
  return fresh;
}

/** Writes the secrets without the admin's password. */
export function writeSecrets(
  folder: string,
  { hsmId, clusterId, username, password }: ManagedSecrets,
): void {
  const content = { hsmId, clusterId, username, password: password.reveal() };
  writeFileDurably(pathIn(folder), `${JSON.stringify(content, undefined, 2)}\n`);
}

function pathIn(folder: string): string {
  return join(folder, 'credentials.json');
}

function decode(value: unknown, path: string): ManagedSecrets {
  const members: Partial<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const text = (name: string): string => {
    const member = members[name];
    if (typeof member !== 'string') throw new Error(`${path} has no ${name}`);
    return member;
  };
  const { adminPassword } = members;
  return {
    hsmId: text('hsmId'),
    clusterId: text('clusterId'),
    username: text('username'),
    password: new SecretText(text('password')),
    ...(typeof adminPassword === 'string' && {
      storedAdminPassword: new SecretText(adminPassword),
    }),
  };
}

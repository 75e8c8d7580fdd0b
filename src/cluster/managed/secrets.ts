import { join } from 'node:path';
import { base32Id, readFileIfThere, SecretText, writeFileDurably } from '../../base/index.ts';

/** IDs and passwords of the managed HSM, for all starts of Keyhold. */
export interface ManagedSecrets {
  readonly hsmId: string;
  readonly clusterId: string;
  readonly adminPassword: SecretText;
  readonly username: string;
  readonly password: SecretText;
}

const USERNAME = 'keyhold';
/** Length of passwords, in characters of 5 random bits each. 32 is the HSMs' maximum. */
const PASSWORD_LENGTH = 32;
const ID_LENGTH = 11;

/**
 * Reads the secrets. The first start creates them, durably before their first use, so that an
 * interrupted first start continues with the same ones.
 */
export function openSecrets(folder: string): ManagedSecrets {
  const path = join(folder, 'credentials.json');
  const content = readFileIfThere(path);
  if (content) return decode(JSON.parse(content.toString()), path);
  const fresh = {
    hsmId: `hsm-${base32Id(ID_LENGTH)}`,
    clusterId: `cluster-${base32Id(ID_LENGTH)}`,
    adminPassword: base32Id(PASSWORD_LENGTH),
    username: USERNAME,
    password: base32Id(PASSWORD_LENGTH),
  };
  writeFileDurably(path, `${JSON.stringify(fresh, undefined, 2)}\n`);
  return decode(fresh, path);
}

function decode(value: unknown, path: string): ManagedSecrets {
  const members: Partial<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  const text = (name: string): string => {
    const member = members[name];
    if (typeof member !== 'string') throw new Error(`${path} has no ${name}`);
    return member;
  };
  return {
    hsmId: text('hsmId'),
    clusterId: text('clusterId'),
    adminPassword: new SecretText(text('adminPassword')),
    username: text('username'),
    password: new SecretText(text('password')),
  };
}

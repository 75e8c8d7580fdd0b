import type { SecretText } from '../../base/index.ts';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../hsm/client/index.ts';
import { HsmError, type KeyInfo } from '../../hsm/wire/index.ts';
import { randomPassword, type ManagedSecrets } from './secrets.ts';

const LABEL = 'keyhold-domain-key';
/** Name of the first admin of every HSM. */
const ADMIN = 'admin';

/** An HSM that the trust anchor vouches for. */
export interface TrustedHsm {
  readonly address: HsmAddress;
  /** PEM. */
  readonly trustAnchor: string;
}

/**
 * Activates a new HSM with `adminPassword`, creates the crypto user and the domain key, and trusts
 * the key, which completes the first start. Returns the key's handle.
 */
export async function activate(
  hsm: TrustedHsm,
  secrets: ManagedSecrets,
  adminPassword: SecretText,
): Promise<string> {
  return withConnections(hsm, async (admin, user) => {
    const { username, password } = secrets;
    await admin.call('activate', { password: adminPassword.reveal() });
    await loginAdmin(admin, adminPassword);
    await admin.call('createUser', { username, role: 'crypto-user', password: password.reveal() });
    await loginUser(user, secrets);
    const { handle } = await generateDomainKey(user);
    await admin.call('setAttribute', { handle, name: 'trusted', value: true });
    return handle;
  });
}

/**
 * Finds the domain key of an HSM that is active. Returns undefined if the HSM's first start was
 * interrupted: without a trusted domain key it holds nothing of the default key store.
 */
export async function findDomainKey(
  hsm: TrustedHsm,
  secrets: ManagedSecrets,
): Promise<string | undefined> {
  return withConnections(hsm, async (_admin, user) => {
    try {
      await loginUser(user, secrets);
    } catch (error) {
      if (error instanceof HsmError && error.code === 'user-not-found') return undefined;
      throw error;
    }
    const { keys } = await user.call('findKeys', {
      filter: { attributes: { label: LABEL, trusted: true } },
      limit: 1,
    });
    return keys[0]?.handle;
  });
}

/**
 * Gives the admin a new password, which `keep` stores before. Returns false if `known` is not the
 * admin's password: it has been changed before.
 */
export async function replaceAdminPassword(
  hsm: TrustedHsm,
  known: SecretText,
  keep: (password: SecretText) => void,
): Promise<boolean> {
  return withConnections(hsm, async (admin) => {
    try {
      await loginAdmin(admin, known);
    } catch (error) {
      if (error instanceof HsmError && error.code === 'login-failed') return false;
      throw error;
    }
    const password = randomPassword();
    keep(password);
    const change = { username: ADMIN, role: 'admin', password: password.reveal() } as const;
    await admin.call('changePassword', change);
    return true;
  });
}

async function withConnections<R>(
  { address, trustAnchor }: TrustedHsm,
  work: (first: HsmConnection, second: HsmConnection) => Promise<R>,
): Promise<R> {
  const first = await connectHsm(address, { trustAnchor });
  try {
    const second = await connectHsm(address, { trustAnchor });
    try {
      return await work(first, second);
    } finally {
      second.close();
    }
  } finally {
    first.close();
  }
}

async function loginAdmin(connection: HsmConnection, password: SecretText): Promise<void> {
  await connection.call('login', { username: ADMIN, role: 'admin', password: password.reveal() });
}

async function loginUser(
  connection: HsmConnection,
  { username, password }: ManagedSecrets,
): Promise<void> {
  await connection.call('login', { username, role: 'crypto-user', password: password.reveal() });
}

/** Requires only one copy: the key never leaves the managed HSMs, and there is only one of them. */
function generateDomainKey(user: HsmConnection): Promise<KeyInfo> {
  const template = {
    label: LABEL,
    token: true,
    extractable: false,
    modifiable: false,
    destroyable: false,
    wrap: true,
    unwrap: true,
    'unwrap-template': { token: false, extractable: false, modifiable: false },
  };
  return user.call('generateKey', { keyType: 'aes', length: 32, template, minimumCopies: 1 });
}

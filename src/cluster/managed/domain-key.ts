import type { SecretText } from '../../base/index.ts';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../hsm/client/index.ts';
import { HsmError, type LoginRole } from '../../hsm/wire/index.ts';
import type { ManagedSecrets } from './secrets.ts';

const LABEL = 'keyhold-domain-key';
/** Name of the first admin of every HSM. */
const ADMIN = 'admin';

/**
 * Activates the HSM and creates the crypto user and the domain key, each unless it exists. Returns
 * the key's handle.
 */
export async function ensureDomainKey(
  address: HsmAddress,
  trustAnchor: string,
  secrets: ManagedSecrets,
): Promise<string> {
  const options = { trustAnchor };
  const admin = await connectHsm(address, options);
  const user = await connectHsm(address, options);
  try {
    if (admin.info.lifecycle !== 'active')
      await admin.call('activate', { password: secrets.adminPassword.reveal() });
    await login(admin, ADMIN, 'admin', secrets.adminPassword);
    await createUser(admin, secrets);
    await login(user, secrets.username, 'crypto-user', secrets.password);
    const handle = (await findDomainKey(user)) ?? (await generateDomainKey(user));
    await admin.call('setAttribute', { handle, name: 'trusted', value: true });
    return handle;
  } finally {
    admin.close();
    user.close();
  }
}

async function login(
  connection: HsmConnection,
  username: string,
  role: LoginRole,
  password: SecretText,
): Promise<void> {
  await connection.call('login', { username, role, password: password.reveal() });
}

async function createUser(
  admin: HsmConnection,
  { username, password }: ManagedSecrets,
): Promise<void> {
  try {
    await admin.call('createUser', { username, role: 'crypto-user', password: password.reveal() });
  } catch (error) {
    if (!(error instanceof HsmError && error.code === 'user-exists')) throw error;
  }
}

async function findDomainKey(user: HsmConnection): Promise<string | undefined> {
  const { keys } = await user.call('findKeys', {
    filter: { attributes: { label: LABEL } },
    limit: 1,
  });
  return keys[0]?.handle;
}

/** Requires only one copy: the key never leaves the managed HSMs, and there is only one of them. */
async function generateDomainKey(user: HsmConnection): Promise<string> {
  const template = { label: LABEL, token: true, extractable: false, wrap: true, unwrap: true };
  const key = await user.call('generateKey', {
    keyType: 'aes',
    length: 32,
    template,
    minimumCopies: 1,
  });
  return key.handle;
}

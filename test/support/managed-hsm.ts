/** Access to the HSM of the default key store, with what the data folder of its Keyhold holds. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../src/hsm/client/index.ts';

export interface ManagedCredentials {
  readonly hsmId: string;
  readonly username: string;
  readonly password: string;
}

export function managedCredentials(data: string): ManagedCredentials {
  return JSON.parse(
    readFileSync(join(data, 'managed', 'credentials.json'), 'utf8'),
  ) as ManagedCredentials;
}

/** Returns the address at which the running HSM listens, as the log says. */
function managedAddress(data: string): HsmAddress {
  const { hsmId } = managedCredentials(data);
  const lines = readFileSync(join(data, 'keyhold.log'), 'utf8').split('\n');
  const up = lines.findLast((line) => line.includes('HSM is up') && line.includes(hsmId));
  assert.ok(up !== undefined, 'the log says where the managed HSM listens');
  const { host, port } = JSON.parse(up) as { host: string; port: number };
  return { hsmId, host, port };
}

export function connectManaged(data: string): Promise<HsmConnection> {
  const trustAnchor = readFileSync(join(data, 'managed', 'trust-anchor.crt'), 'utf8');
  return connectHsm(managedAddress(data), { trustAnchor });
}

/** Connects as the user that the front end acts as. */
export async function loginAsFrontEnd(data: string): Promise<HsmConnection> {
  const { username, password } = managedCredentials(data);
  const connection = await connectManaged(data);
  await connection.call('login', { username, role: 'crypto-user', password });
  return connection;
}

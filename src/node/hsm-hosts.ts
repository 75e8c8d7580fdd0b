import { join } from 'node:path';
import { readFileIfThere, writeFileDurably } from '../base/index.ts';
import { hostsFolder, HsmHosts } from '../cluster/index.ts';
import type { Foundation } from './foundation.ts';
import type { Lifetime } from './lifetime.ts';
import type { HostAndPort } from './option-values.ts';

/**
 * Opens the HSM hosts. With an address, it listens for them there and records the address for `hsm
 * enrol`. Port 0 reuses the previous port, because enrolled hosts connect to it.
 */
export async function openHsmHosts(
  { folder, clock, log }: Pick<Foundation, 'folder' | 'clock' | 'log'>,
  address: HostAndPort | undefined,
  lifetime: Lifetime,
): Promise<HsmHosts> {
  const hosts = lifetime.closing(new HsmHosts({ dataFolder: folder.path, clock, log }));
  if (!address) return hosts;
  const { host, port } = address;
  const listening = await hosts.listen(host, port || (previousAddress(folder.path)?.port ?? 0));
  writeFileDurably(addressFile(folder.path), `${host}:${listening}\n`);
  return hosts;
}

/** Returns the address at which hosts connected at the previous start. */
export function previousAddress(dataFolder: string): HostAndPort | undefined {
  const text = readFileIfThere(addressFile(dataFolder))?.toString().trim();
  if (text === undefined) return undefined;
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

function addressFile(dataFolder: string): string {
  return join(hostsFolder(dataFolder), 'address');
}

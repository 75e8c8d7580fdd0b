import type { Command } from 'commander';
import type { HsmConnection } from '../../hsm/client/index.ts';
import type { KeyFilter, KeyInfo } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import { collectFilter } from './attributes.ts';

const KEYS_PER_REQUEST = 100;

const FILTER_HELP = 'key-reference=0x… or attr.NAME=VALUE; all conditions must match';

/** Adds an option that selects keys: `--filter`, `--key-filter`, `--payload-filter`, … */
export function withFilter(command: Command, name = 'filter', mandatory = true): Command {
  const flags = `--${name} <condition...>`;
  return mandatory
    ? command.requiredOption(flags, FILTER_HELP, collectFilter)
    : command.option(flags, FILTER_HELP, collectFilter);
}

/**
 * Returns up to `wanted` keys in handle order, after `start` if it is given, and the total number
 * of matches.
 */
export async function findKeys(
  connection: HsmConnection,
  filter: KeyFilter,
  wanted: number,
  start?: string,
): Promise<{ keys: KeyInfo[]; total: number }> {
  const keys: KeyInfo[] = [];
  let after = start;
  for (;;) {
    const limit = Math.min(KEYS_PER_REQUEST, wanted - keys.length);
    const page = await connection.call('findKeys', {
      filter,
      limit,
      ...(after !== undefined && { after }),
    });
    keys.push(...page.keys);
    after = page.keys.at(-1)?.handle;
    if (page.keys.length < limit || keys.length >= wanted) return { keys, total: page.total };
  }
}

/** Returns the key that matches the filter. Throws CliError unless exactly one matches. */
export async function oneKey(connection: HsmConnection, filter: KeyFilter): Promise<KeyInfo> {
  const { keys, total } = await findKeys(connection, filter, 2);
  const [key] = keys;
  if (!key) throw new CliError('no key matches the filter; list the keys with `key list`');
  if (keys.length > 1)
    throw new CliError(`${total} keys match the filter; it must match exactly one`);
  return key;
}

/**
 * A limited number of places, shared fairly by the addresses that take them. While there are places
 * left, an address can take as many as it wants. Once all are taken, the address with the most has
 * to give one up, so that it keeps nobody else out.
 */
export class FairShares<T> {
  readonly #places: number;
  /** Holders of each network and their places, those that took places first in front. */
  readonly #networks = new Map<string, Network<T>>();
  #taken = 0;

  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Gives `holder` so many places, in addition to those that it has. Others, or this holder itself,
   * may then have to give up theirs: see `surplus`.
   */
  take(holder: T, address: string, places = 1): void {
    const name = networkOf(address);
    let network = this.#networks.get(name);
    if (!network) this.#networks.set(name, (network = { taken: 0, holders: new Map() }));
    network.holders.set(holder, (network.holders.get(holder) ?? 0) + places);
    network.taken += places;
    this.#taken += places;
  }

  /** Takes all places of `holder` back. */
  release(holder: T, address: string): void {
    const name = networkOf(address);
    const network = this.#networks.get(name);
    const places = network?.holders.get(holder);
    if (!network || places === undefined) return;
    network.holders.delete(holder);
    network.taken -= places;
    this.#taken -= places;
    if (network.holders.size === 0) this.#networks.delete(name);
  }

  /**
   * The holder that has to give up its places because too many are taken: of the network with the
   * most, the first that took some. Undefined if there are places for all.
   */
  get surplus(): T | undefined {
    if (this.#taken <= this.#places) return undefined;
    let largest: Network<T> | undefined;
    for (const network of this.#networks.values())
      if (!largest || network.taken > largest.taken) largest = network;
    return largest?.holders.keys().next().value;
  }
}

interface Network<T> {
  taken: number;
  readonly holders: Map<T, number>;
}

/** Number of 16-bit groups of an IPv6 address that its owner can't choose: a /64. */
const NETWORK_GROUPS = 4;

/**
 * Returns what counts as one address: an IPv4 address, or the /64 of an IPv6 address, which one
 * machine can have to itself.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(?=\d+\.)/i;
  if (!address.includes(':')) return address;
  if (mapped.test(address)) return address.replace(mapped, '');
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Math.max(0, 2 * NETWORK_GROUPS - before.length - behind.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...behind];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

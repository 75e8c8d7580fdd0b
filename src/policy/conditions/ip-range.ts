/**
 * An IP address as a number of its family. An IPv4-mapped IPv6 address counts as the IPv4 address
 * that it maps.
 */
export interface Address {
  readonly family: 4 | 6;
  readonly number: bigint;
}

/** A range of addresses of one family, both ends included. */
export interface Range {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const bits = { 4: 32, 6: 128 } as const;
const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const V6_WITH_V4 = /^(.*:)([\d.]+)$/;
const GROUPS = 8;
const MAPPED = 0xffffn;

/**
 * Parses `192.0.2.0/24`, `2001:db8::/32` or a single address. Returns undefined if it is malformed.
 */
export function parseRange(text: string): Range | undefined {
  const [host = '', length, ...more] = text.split('/');
  const address = parseAddress(host);
  if (address === undefined || more.length > 0) return undefined;
  const width = bits[address.family];
  const prefix = length === undefined ? width : Number(length);
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || prefix > width)) return undefined;
  const size = 1n << BigInt(width - prefix);
  const first = (address.number / size) * size;
  return { family: address.family, first, last: first + size - 1n };
}

export function parseAddress(text: string): Address | undefined {
  if (V4.test(text)) return { family: 4, number: v4(text) };
  const [, head, tail] = V6_WITH_V4.exec(text) ?? [];
  const number =
    head !== undefined && tail !== undefined && V4.test(tail)
      ? v6(head + v4Groups(tail))
      : v6(text);
  if (number === undefined) return undefined;
  return number >> 32n === MAPPED
    ? { family: 4, number: number & 0xffff_ffffn }
    : { family: 6, number };
}

export function inRange({ family, number }: Address, range: Range): boolean {
  return family === range.family && range.first <= number && number <= range.last;
}

function v4(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function v4Groups(text: string): string {
  const number = v4(text);
  return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`;
}

function v6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = GROUPS - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { PerformRequest } from '../../operations/index.ts';
import type { ClientAddress } from '../request.ts';

export type ResolveClientAddress = (request: IncomingMessage) => ClientAddress;

/**
 * Returns the function that finds the address of a client. It is the peer of the connection, unless
 * that is a trusted proxy (an address or CIDR block): then it comes from `X-Forwarded-For` and
 * `X-Forwarded-Proto`. Any client can send these headers, so they are ignored from other peers.
 */
export function createClientAddressResolver(
  trustedProxies: readonly string[] = [],
): ResolveClientAddress {
  if (trustedProxies.length === 0) return directAddress;
  const trusted = blockList(trustedProxies);
  return (request) => {
    const direct = directAddress(request);
    return isIn(trusted, direct.sourceIp) ? forwardedAddress(request, direct, trusted) : direct;
  };
}

function directAddress({ socket, headers }: IncomingMessage): ClientAddress {
  const sourceIp = plainAddress(socket.remoteAddress);
  if (!(socket instanceof TLSSocket)) return { sourceIp, secure: false };
  return {
    sourceIp,
    secure: true,
    tls: { ...agreedOn(socket), clientProvidedHostHeader: headers.host ?? '' },
  };
}

type Agreed = Pick<NonNullable<PerformRequest['tls']>, 'tlsVersion' | 'cipherSuite'>;
/** Cached per connection, because it is the same for all requests. */
const agreed = new WeakMap<TLSSocket, Agreed>();

function agreedOn(socket: TLSSocket): Agreed {
  const known = agreed.get(socket) ?? {
    tlsVersion: socket.getProtocol() ?? '',
    cipherSuite: socket.getCipher().standardName,
  };
  agreed.set(socket, known);
  return known;
}

/**
 * Each proxy appends the address of its peer. The client is the last one that is not a trusted
 * proxy. If that is not an address, the client is unknown, and the proxy that wrote it counts as
 * the client: entries before it may be forged.
 */
function forwardedAddress(
  { headers }: IncomingMessage,
  direct: ClientAddress,
  trusted: BlockList,
): ClientAddress {
  const hops = textOf(headers['x-forwarded-for'])
    .split(',')
    .map((hop) => plainAddress(hop.trim()));
  hops.push(direct.sourceIp);
  const at = Math.max(
    0,
    hops.findLastIndex((hop) => !isIn(trusted, hop)),
  );
  const sourceIp = hops.slice(at).find((hop) => isIP(hop) > 0) ?? direct.sourceIp;
  return {
    sourceIp,
    secure: textOf(headers['x-forwarded-proto']).split(',').at(-1)?.trim() === 'https',
  };
}

/** Returns true for an address or a CIDR block, e.g. `192.0.2.1`, `10.0.0.0/8` or `fd00::/8`. */
export function isAddressOrBlock(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family > 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(',');
}

/** Returns an address without the form that Node gives IPv4 addresses on IPv6 sockets. */
export function plainAddress(address = ''): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

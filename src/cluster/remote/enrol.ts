import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { readFileIfThere, writeFileDurably } from '../../base/index.ts';
import { createCsr, exportPrivateKey, makeKeyPair } from '../../crypto/index.ts';
import { FrameReader, FrameWriter, replyOf } from '../../hsm/wire/index.ts';
import { CONTROL_PLANE_CN } from './host-identity.ts';
import type { EnrolmentToken } from './token.ts';

/** This host's credentials for its control plane. Certificates and key are PEM. */
export interface HostIdentity {
  readonly hostId: string;
  /** host:port of the control plane. */
  readonly controlPlane: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

export function readHostIdentity(folder: string): HostIdentity | undefined {
  const content = readFileIfThere(join(folder, 'host.json'));
  // Only `enrol` writes this file.
  return content && (JSON.parse(content.toString()) as HostIdentity);
}

/** Obtains a certificate for this host in exchange for a token. The key never leaves the folder. */
export async function enrol(
  folder: string,
  token: EnrolmentToken,
  address: string,
): Promise<HostIdentity> {
  const keys = makeKeyPair();
  const csr = await createCsr(keys, { O: 'Keyhold', CN: 'HSM host' });
  const socket = await openToControlPlane(token.address, { ca: token.authority });
  try {
    new FrameWriter(socket).write({
      id: 1,
      op: 'enrol',
      in: { id: token.id, secret: token.secret, csr, address },
    });
    const { hostId, certificate } = await readResponse(socket);
    const { authority } = token;
    const identity = {
      hostId,
      controlPlane: token.address,
      authority,
      certificate,
      key: exportPrivateKey(keys.privateKey),
    };
    writeFileDurably(join(folder, 'host.json'), JSON.stringify(identity));
    return identity;
  } finally {
    socket.destroy();
  }
}

/**
 * Connects by TLS to the control plane. Only the certificate of the control plane is accepted, not
 * that of another host with the same authority.
 */
export async function openToControlPlane(
  address: string,
  options: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>,
): Promise<TLSSocket> {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(address) ?? [];
  const checkServerIdentity = (
    _host: string,
    { subject }: { subject: { CN?: string | string[] } },
  ): Error | undefined =>
    subject.CN === CONTROL_PLANE_CN ? undefined : new Error('the server is not the control plane');
  const socket = connect({
    ...options,
    host,
    port: Number(port),
    minVersion: 'TLSv1.3',
    checkServerIdentity,
    timeout: CONNECT_TIMEOUT_MS,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('secureConnect', () => resolve()).once('error', reject);
  socket.once('timeout', () => socket.destroy(new Error('the control plane does not respond')));
  await promise;
  socket.off('error', reject).on('error', () => undefined);
  return socket.setTimeout(0).setNoDelay(true).setKeepAlive(true, CONNECT_TIMEOUT_MS);
}

async function readResponse(
  socket: TLSSocket,
): Promise<{ readonly hostId: string; readonly certificate: string }> {
  const reader = new FrameReader();
  for await (const chunk of socket) {
    const [frame] = reader.feed(chunk as Buffer);
    if (frame === undefined) continue;
    const reply = replyOf(frame);
    if ('error' in reply) throw new Error(reply.error.message);
    // The control plane has been authenticated by its certificate.
    return reply.out as { hostId: string; certificate: string };
  }
  throw new Error('the control plane closed the connection');
}

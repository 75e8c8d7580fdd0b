import assert from 'node:assert/strict';
import { duplexPair, type Duplex } from 'node:stream';
import { test } from 'node:test';
import { FrameReader, FrameWriter, HsmError, type RequestFrame } from '../hsm/wire/index.ts';
import { ControlChannel } from './control-channel.ts';

/** The HSM's end of a channel. Calls `answer` for each request. */
function hsmEnd(
  socket: Duplex,
  answer: (request: RequestFrame, writer: FrameWriter) => void,
): FrameWriter {
  const writer = new FrameWriter(socket);
  const reader = new FrameReader();
  socket.on('data', (chunk: Buffer) => {
    // Requests are what ControlChannel sends.
    for (const request of reader.feed(chunk)) answer(request as RequestFrame, writer);
  });
  return writer;
}

test('replies are matched to their calls in any order, and errors keep their code', async () => {
  const [ours, theirs] = duplexPair();
  const channel = new ControlChannel(ours, () => undefined);
  const received: RequestFrame[] = [];
  hsmEnd(theirs, (request, writer) => {
    received.push(request);
    if (received.length < 2) return;
    writer.write({
      id: received[1]?.id ?? 0,
      error: { code: 'wrong-lifecycle', message: 'not yet' },
    });
    writer.write({ id: received[0]?.id ?? 0, out: { csr: 'PEM' } });
  });
  const csr = channel.call('hardwareCsr', {});
  const peers = channel.call('setPeers', { peers: [] });
  await assert.rejects(
    peers,
    (error) =>
      error instanceof HsmError && error.code === 'wrong-lifecycle' && error.message === 'not yet',
  );
  assert.deepEqual({ ...(await csr) }, { csr: 'PEM' });
  channel.close();
});

test('calls in flight and later calls fail when the channel closes', async () => {
  const [ours, theirs] = duplexPair();
  const channel = new ControlChannel(ours, () => undefined);
  hsmEnd(theirs, () => theirs.destroy());
  await assert.rejects(channel.call('status', {}), /HSM went down/);
  await channel.closed;
  await assert.rejects(channel.call('status', {}), /HSM is down/);
});

test('an HSM that violates the protocol is disconnected', async () => {
  for (const bytes of [
    Buffer.from([255, 255, 255, 255]),
    Buffer.from([0, 0, 0, 1, 0xc0]),
    Buffer.from([0, 0, 0, 1, 0xc1]),
  ]) {
    const [ours, theirs] = duplexPair();
    const channel = new ControlChannel(ours, () => undefined);
    theirs.write(bytes);
    await channel.closed;
  }
});

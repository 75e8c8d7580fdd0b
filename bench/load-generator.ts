/**
 * A process that loads an HTTP server over a fixed number of connections, with one request at a
 * time on each, and reports rates and latencies. To cost as little as possible, it sends prepared
 * bytes and only finds the end of each response.
 */
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  readonly host: string;
  readonly port: number;
  /** Whole HTTP requests; each connection cycles through them. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second over all connections. Without it, the next request follows a response. */
  readonly rate?: number;
}

export interface LoadReport {
  readonly perSecond: number;
  readonly failures: number;
  /** Latencies in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

const HEADER_END = Buffer.from('\r\n\r\n');

async function load(order: LoadOrder): Promise<LoadReport> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + order.seconds * 1_000;
  let failures = 0;

  function drive(socket: Socket, index: number): Promise<void> {
    return new Promise((resolve) => {
      const interval = order.rate === undefined ? 0 : (order.connections / order.rate) * 1_000;
      let next = index;
      let due = start + (interval * index) / order.connections;
      let sent = 0;
      let received: Buffer = Buffer.alloc(0);
      const send = (): void => {
        const now = performance.now();
        if (now >= end) {
          socket.destroy();
          resolve();
        } else if (interval > 0 && now < due) {
          setTimeout(send, due - now);
        } else {
          // At a fixed rate, latency counts from the time at which the request was due, so that a
          // slow response also counts for the requests that it delays.
          sent = interval > 0 ? due : now;
          due += interval;
          socket.write(order.requests[next % order.requests.length] ?? '');
          next += 1;
        }
      };
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const header = received.indexOf(HEADER_END);
        if (header < 0) return;
        const length = Number(
          /content-length: (\d+)/i.exec(received.toString('latin1', 0, header))?.[1] ?? 0,
        );
        if (received.length < header + 4 + length) return;
        if (received.toString('latin1', 9, 12) !== '200') failures += 1;
        received = Buffer.alloc(0);
        latencies.push(performance.now() - sent);
        send();
      });
      socket.on('error', () => {
        failures += 1;
        resolve();
      });
      socket.on('connect', send);
    });
  }

  await Promise.all(
    Array.from({ length: order.connections }, (_, index) =>
      drive(connect({ host: order.host, port: order.port, noDelay: true }), index),
    ),
  );
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond: latencies.length / order.seconds, failures, p50: at(0.5), p99: at(0.99) };
}

process.once('message', (order) => {
  void load(order as LoadOrder).then((report) => {
    process.once('disconnect', () => process.exit(0));
    process.send?.(report);
  });
});

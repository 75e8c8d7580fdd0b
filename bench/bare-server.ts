/** The baseline: a bare `node:http` server that reads the request and responds with fixed bytes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BareResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

process.once('message', (message) => {
  const { headers, body } = message as BareResponse;
  const bytes = Buffer.from(body);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(200, { ...headers, 'content-length': bytes.length });
      response.end(bytes);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
process.once('disconnect', () => process.exit(0));

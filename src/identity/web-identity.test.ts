import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { describe, it } from 'node:test';
import type { OidcProviderRow } from '../domain/index.ts';
import { openWebIdentities } from './web-identity.ts';

async function serve(
  listener: RequestListener,
): Promise<{ server: Server; provider: OidcProviderRow }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    server,
    provider: {
      account: '1',
      url,
      scheme: 'http',
      clientIds: ['a'],
      thumbprints: [],
      creationDate: 0,
      tags: [],
    },
  };
}

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}

const unreachable = { code: 'IDPCommunicationError' };

describe('an identity provider', () => {
  it('that is down is not contacted again until the retry delay has passed', async () => {
    let asked = 0;
    let now = 0;
    const { server, provider } = await serve((_request, response) => {
      asked += 1;
      response.writeHead(503).end();
    });
    try {
      const { verify } = openWebIdentities({ clock: { now: () => now } });
      for (let n = 0; n < 3; n += 1) await assert.rejects(verify(provider, 'x.y.z'), unreachable);
      assert.equal(asked, 1);
      now += 10_000;
      await assert.rejects(verify(provider, 'x.y.z'), unreachable);
      assert.equal(asked, 2);
    } finally {
      stop(server);
    }
  });

  const misbehaviours: Readonly<Record<string, RequestListener>> = {
    'responds endlessly': (_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536, 32)));
      };
      response.on('drain', more);
      more();
    },
    redirects: (request, response) =>
      request.url === '/elsewhere'
        ? response.end('{"jwks_uri":"http://127.0.0.1/"}')
        : response.writeHead(302, { location: '/elsewhere' }).end(),
    'sends no JSON': (_request, response) => response.end('<html>'),
    'publishes no keys': (_request, response) => response.end('{}'),
    'names keys on another machine without TLS': (_request, response) =>
      response.end('{"jwks_uri":"http://169.254.169.254/latest"}'),
    'names keys at an address with credentials': (_request, response) =>
      response.end('{"jwks_uri":"https://user:password@example.com/keys"}'),
    'names keys at an address that is not a website': (_request, response) =>
      response.end('{"jwks_uri":"data:application/json,{}"}'),
  };
  for (const [what, listener] of Object.entries(misbehaviours)) {
    it(`that ${what} is rejected`, async () => {
      const { server, provider } = await serve(listener);
      try {
        await assert.rejects(
          openWebIdentities({ clock: { now: () => 0 } }).verify(provider, 'x.y.z'),
          unreachable,
        );
      } finally {
        stop(server);
      }
    });
  }

  it('that is on another machine and has no TLS is not contacted', async () => {
    const { server, provider } = await serve((_request, response) => response.end('{}'));
    try {
      const url = provider.url.replace('127.0.0.1', '0.0.0.0');
      await assert.rejects(
        openWebIdentities({ clock: { now: () => 0 } }).verify({ ...provider, url }, 'x.y.z'),
        (error: Error) =>
          error instanceof Error &&
          error.cause instanceof Error &&
          /neither https nor on this machine/.test(error.cause.message),
      );
    } finally {
      stop(server);
    }
  });
});

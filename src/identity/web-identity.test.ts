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
});

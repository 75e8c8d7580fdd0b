/** Attacks by an identity provider that an account trusts, or by a party in its place. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { networkInterfaces } from 'node:os';
import { after, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { administrator } from '../support/principals.ts';
import { startWorld } from '../support/world.ts';

const servers: ReturnType<typeof createServer>[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(host: string, listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** An address of this machine that is not loopback: to Keyhold, another machine. */
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

describe('an http identity provider', () => {
  it(
    'makes Keyhold neither trust nor contact keys on another machine, named or by a redirect',
    { skip: elsewhere === undefined && 'needs an address that is not loopback' },
    async () => {
      await using world = await startWorld();
      using clients = administrator(world);
      const { iam, sts } = clients;
      const { publicKey, privateKey } = await generateKeyPair('RS256');
      const keys = JSON.stringify({
        keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }],
      });
      let contacted = 0;
      const away = await serve('0.0.0.0', (_request, response) => {
        contacted += 1;
        response.setHeader('content-type', 'application/json').end(keys);
      });
      const remote = `http://${elsewhere}:${away}/keys`;
      for (const redirects of [false, true]) {
        let issuer = '';
        const port = await serve('127.0.0.1', (request, response) => {
          if (request.url === '/keys') return response.writeHead(302, { location: remote }).end();
          const jwksUri = redirects ? `${issuer}/keys` : remote;
          return response.end(JSON.stringify({ issuer, jwks_uri: jwksUri }));
        });
        issuer = `http://127.0.0.1:${port}`;
        const { OpenIDConnectProviderArn } = await iam.send(
          new CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['audience'] }),
        );
        const { Role } = await iam.send(
          new CreateRoleCommand({
            RoleName: `workload-${redirects}`,
            AssumeRolePolicyDocument: JSON.stringify({
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Federated: OpenIDConnectProviderArn },
                  Action: 'sts:AssumeRoleWithWebIdentity',
                },
              ],
            }),
          }),
        );
        const token = await new SignJWT({ iss: issuer, aud: 'audience', sub: 'anybody' })
          .setProtectedHeader({ alg: 'RS256', kid: 'k' })
          .setIssuedAt()
          .setExpirationTime('1h')
          .sign(privateKey);
        await assert.rejects(
          sts.send(
            new AssumeRoleWithWebIdentityCommand({
              RoleArn: Role?.Arn,
              RoleSessionName: 'session',
              WebIdentityToken: token,
            }),
          ),
          { name: 'IDPCommunicationErrorException' },
        );
      }
      assert.equal(contacted, 0);
    },
  );
});

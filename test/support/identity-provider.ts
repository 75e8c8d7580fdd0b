import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

/** A local OpenID Connect provider, like that of a Kubernetes cluster. */
export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  /** The issuer without its scheme, as IAM names it. */
  readonly url: string;
  /** Signs a token. `aud` and the times have defaults; `expires` is in seconds from now. */
  token(claims: JWTPayload, expires?: number): Promise<string>;
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    const found =
      request.url === '/cluster/.well-known/openid-configuration'
        ? { issuer, jwks_uri: `${issuer}/keys` }
        : { keys: [key] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}/cluster`;
  const issuer = `http://${url}`;
  return {
    issuer,
    url,
    token(claims, expires = 3600) {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: issuer,
        aud: 'sts.amazonaws.com',
        iat: now,
        exp: now + expires,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
        .sign(privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

import { summarizeRejectedRequests } from '../audit/index.ts';
import { systemClock } from '../base/index.ts';
import { services as awsServices } from '../contract/index.ts';
import { managementAccount } from '../identity/index.ts';
import { createPerform, type Services } from '../operations/index.ts';
import { createHttpServer, watchCertificate } from '../protocol/index.ts';
import { createVerifier } from '../sigv4/index.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Lifetime } from './lifetime.ts';
import { createMetrics } from './metrics/metrics.ts';
import type { UpOptions } from './options.ts';
import type { Tls } from './tls.ts';

/** Parts that a front end works with. */
interface Parts {
  readonly services: Services;
  readonly controlPlane: ControlPlane;
  readonly tls: Tls | undefined;
  /** Region of the clients of this machine. */
  readonly region: string;
}

/** Starts the server of the AWS APIs and the operators' probes. Resolves to its endpoint. */
export async function startFrontEnd(
  { host, port, principalRate, trustedProxy }: UpOptions,
  { services, controlPlane, tls, region }: Parts,
  lifetime: Lifetime,
): Promise<string> {
  const { clock, log, store, identity, keyStores } = services;
  const metrics = createMetrics({ ...controlPlane, store, keyStores });
  const signingNames = new Set(Object.values(awsServices).map(({ signingName }) => signingName));
  const rejectedRequests = lifetime.closing(
    summarizeRejectedRequests({
      trail: services.audit,
      account: await store.read(managementAccount),
      region,
      clock,
      log,
    }),
  );
  const server = lifetime.closing(
    createHttpServer({
      perform: createPerform(services),
      // Clients sign with the machine's time, whatever --clock-offset says.
      authenticate: createVerifier({
        clock: systemClock,
        lookup: (id, token) => identity.lookup(id, token),
        signingNames,
      }),
      clock,
      log,
      ready: () => controlPlane.client.members().some(({ healthy }) => healthy),
      metrics: () => metrics.render(),
      observe: (request) => metrics.observe(request),
      rejected: (request) => rejectedRequests.note(request),
      trustedProxies: trustedProxy,
      ...(principalRate !== undefined && { principalRate }),
      ...(tls && { tls: await tls.source.read() }),
    }),
  );
  if (tls) lifetime.defer(watchCertificate(tls.source, (renewed) => server.renew(renewed), log));
  return endpointOf(tls ? 'https' : 'http', host, await server.listen(host, port));
}

/** Replaces an address that stands for all addresses of the machine by the loopback address. */
function endpointOf(scheme: string, host: string, port: number): string {
  const name = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

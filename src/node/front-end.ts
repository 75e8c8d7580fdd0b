import manifest from '../../package.json' with { type: 'json' };
import { systemClock } from '../base/index.ts';
import { services as awsServices } from '../contract/index.ts';
import { createPerform, type Services } from '../operations/index.ts';
import { createHttpServer, keepFresh } from '../protocol/index.ts';
import { createVerifier } from '../sigv4/index.ts';
import { writeAwsFiles, writtenRegion } from './aws-files.ts';
import { openGround } from './foundation.ts';
import { startHsms, type Hsms } from './control-plane.ts';
import { Lifetime } from './lifetime.ts';
import { createMetrics } from './metrics/metrics.ts';
import { openServices } from './services.ts';
import { openTls, type Tls } from './tls.ts';
import type { UpOptions } from './options.ts';

export interface FrontEnd extends AsyncDisposable {
  readonly endpoint: string;
  /** What clients have to trust, if it is an authority of this Keyhold's own. */
  readonly authorityFile?: string | undefined;
}

/** Milliseconds that connected custom key stores get to come back before requests are taken: clients retry what can't connect. */
const STORES_PATIENCE = 2_000;

/** Starts everything, in the order of what needs what; disposing of it stops all in the reverse order. */
export async function startFrontEnd(options: UpOptions): Promise<FrontEnd> {
  const lifetime = new Lifetime();
  try {
    const ground = await openGround(options, lifetime);
    const tls = await openTls(options, ground.folder);
    const hsms = await startHsms(options, ground, lifetime);
    let endpoint = '';
    const about = {
      version: manifest.version,
      startedAt: ground.clock.now(),
      endpoint: () => endpoint,
    };
    const services = await openServices(options, { ground, hsms, about }, lifetime);
    const accessKey = await services.identity.bootstrap({
      account: options.account ?? '111122223333',
    });
    await services.keyStores.back(STORES_PATIENCE);
    endpoint = await serve(options, { services, hsms, tls }, lifetime);
    const region = options.region ?? writtenRegion(ground.folder) ?? 'us-east-1';
    const authorityFile = tls?.authorityFile;
    writeAwsFiles(ground.folder, { endpoint, region, accessKey, authorityFile });
    ground.log.info({ endpoint, version: manifest.version }, 'ready');
    return {
      endpoint,
      authorityFile,
      [Symbol.asyncDispose]: () => lifetime[Symbol.asyncDispose](),
    };
  } catch (error) {
    await lifetime[Symbol.asyncDispose]();
    throw error;
  }
}

interface Served {
  readonly services: Services;
  readonly hsms: Hsms;
  readonly tls: Tls | undefined;
}

/** Resolves to the endpoint when requests are answered there. */
async function serve(
  { host, port, principalRate, trustedProxy }: UpOptions,
  { services, hsms, tls }: Served,
  lifetime: Lifetime,
): Promise<string> {
  const { clock, log, store, identity, keyStores } = services;
  const metrics = createMetrics({ ...hsms, store, keyStores });
  const signingNames = new Set(Object.values(awsServices).map(({ signingName }) => signingName));
  const server = lifetime.closing(
    createHttpServer({
      perform: createPerform(services),
      // Clients sign with the machine's time, whatever time Keyhold plays.
      authenticate: createVerifier({
        clock: systemClock,
        lookup: (id, token) => identity.lookup(id, token),
        signingNames,
      }),
      clock,
      log,
      ready: () => hsms.client.members().some(({ healthy }) => healthy),
      metrics: () => metrics.render(),
      observe: (seen) => metrics.observe(seen),
      trustedProxies: trustedProxy,
      ...(principalRate !== undefined && { principalRate }),
      ...(tls && { tls: await tls.source.read() }),
    }),
  );
  if (tls) lifetime.defer(keepFresh(tls.source, (renewed) => server.renew(renewed), log));
  return endpointOf(tls ? 'https' : 'http', host, await server.listen(host, port));
}

/** An address that stands for all of the machine's is no address to call. */
function endpointOf(scheme: string, host: string, port: number): string {
  const name = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

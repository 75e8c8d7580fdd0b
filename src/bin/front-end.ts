import manifest from '../../package.json' with { type: 'json' };
import { openAuditTrail } from '../audit/index.ts';
import { offsetClock, systemClock } from '../base/index.ts';
import { openAuthorities, startClusterControl, startManagedHsms, type ManagedHsmsOptions } from '../cluster/index.ts';
import { services as awsServices } from '../contract/index.ts';
import { openIdentity } from '../identity/index.ts';
import { openKeyStores, openSecretSeal, passwordSeal } from '../keystores/index.ts';
import {
  createPerform,
  openGrantDirectory,
  openKeyDirectory,
  openKeyUses,
  RequestLimits,
  startKeyUpkeep,
  type Services,
} from '../operations/index.ts';
import { createHttpServer, keepFresh } from '../protocol/index.ts';
import { createVerifier } from '../sigv4/index.ts';
import { openSqliteStore, type Store } from '../storage/index.ts';
import { openAuditUpkeep } from './audit-upkeep.ts';
import { writeAwsFiles, writtenRegion } from './aws-files.ts';
import { openDataFolder } from './data-folder.ts';
import { openDefaultKeyStore } from './default-key-store.ts';
import { openLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { openAttestation } from './attestation.ts';
import { openTls } from './tls.ts';
import { requestRates, type UpOptions } from './up-options.ts';

export interface FrontEnd extends AsyncDisposable {
  readonly endpoint: string;
  /** What clients have to trust, if it is an authority of this Keyhold's own. */
  readonly authorityFile?: string | undefined;
}

/** Starts everything, in the order of what needs what; disposing of it stops all in the reverse order. */
export async function startFrontEnd(options: UpOptions): Promise<FrontEnd> {
  const {
    data,
    host,
    port,
    account,
    region,
    clockOffset,
    logLevel,
    principalRate,
    hsmRate,
    quota: quotas,
    auditRetention: retention,
  } = options;
  await using lifetime = new AsyncDisposableStack();
  const closing = <T extends { close(): void | Promise<void> }>(one: T): T => lifetime.adopt(one, (it) => it.close());

  const folder = lifetime.use(openDataFolder(data));
  const tls = await openTls(options, folder);
  const attestation = openAttestation(options.attestationRoot);
  const clock = offsetClock(systemClock, clockOffset);
  const log = openLog(folder.file('keyhold.log'), logLevel);
  const store = closing(openSqliteStore(folder.file('keyhold.sqlite')));
  const audit = closing(await openAuditTrail(folder.file('audit')));
  const authorities = openAuthorities(folder.file('certificates'), clock);
  const hsmOptions = { dataFolder: folder.path, store, clock, clockOffset, rate: hsmRate, log, authorities };
  const { managed, clusters } = await startHsms(hsmOptions, lifetime);

  const { client, keyStore } = await openDefaultKeyStore(managed, clock, log);
  closing(client);
  const seal = await openSecretSeal(store, keyStore);
  closing(
    await openAuditUpkeep({
      folder: folder.file('audit'),
      trail: audit,
      store,
      seal,
      clock,
      log,
      ...(retention !== undefined && { retention }),
    }),
  );
  const keyStores = closing(await openKeyStores({ store, defaultStore: keyStore, seal: passwordSeal(seal), clock, log }));
  const identity = closing(openIdentity({ store, clock, seal, log, outsideClock: systemClock }));
  const accessKey = await identity.bootstrap({ account: account ?? '111122223333' });

  let endpoint = '';
  const about = { version: manifest.version, startedAt: clock.now(), endpoint: () => endpoint };
  const keyUses = closing(openKeyUses(store, log));
  const services: Services = {
    clock,
    log,
    store,
    keys: openKeyDirectory(store),
    grants: openGrantDirectory(store),
    keyUses,
    keyStores,
    seal,
    attestation,
    clusters,
    identity,
    audit,
    quotas,
    limits: new RequestLimits(requestRates(options), clock),
    about,
  };
  lifetime.defer(startKeyUpkeep(services, options.settleTime));
  const metrics = createMetrics({ store, keyStores, clusters, managed });
  const signingNames = new Set(Object.values(awsServices).map(({ signingName }) => signingName));
  const server = closing(
    createHttpServer({
      perform: createPerform(services),
      // Clients sign with the machine's time, whatever time Keyhold plays.
      authenticate: createVerifier({ clock: systemClock, lookup: (id, token) => identity.lookup(id, token), signingNames }),
      clock,
      log,
      ready: () => client.members().some(({ healthy }) => healthy),
      metrics: () => metrics.render(),
      observe: (seen) => metrics.observe(seen),
      ...(principalRate !== undefined && { principalRate }),
      ...(tls && { tls: await tls.source.read() }),
    }),
  );
  if (tls) lifetime.defer(keepFresh(tls.source, (identity) => server.renew(identity), log));
  endpoint = endpointOf(tls ? 'https' : 'http', host, await server.listen(host, port));
  const authorityFile = tls?.authorityFile;
  writeAwsFiles(folder, { endpoint, region: region ?? writtenRegion(folder) ?? 'us-east-1', accessKey, authorityFile });
  log.info({ endpoint, version: manifest.version }, 'ready');
  const whole = lifetime.move();
  return { endpoint, authorityFile, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

/** Both at once; should one fail, the other is stopped as well. */
async function startHsms(options: ManagedHsmsOptions & { readonly store: Store }, lifetime: AsyncDisposableStack) {
  const closing = async <T extends { close(): Promise<void> }>(start: Promise<T>): Promise<T> =>
    lifetime.adopt(await start, (it) => it.close());
  const starts = [closing(startManagedHsms(options)), closing(startClusterControl(options))] as const;
  await Promise.allSettled(starts);
  const [managed, clusters] = await Promise.all(starts);
  return { managed, clusters };
}

/** An address that stands for all of the machine's is no address to call. */
function endpointOf(scheme: string, host: string, port: number): string {
  const name = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

import manifest from '../../package.json' with { type: 'json' };
import { openSecretSeal } from '../keystores/index.ts';
import { startKeyUpkeep } from '../operations/index.ts';
import { openAuditUpkeep } from './audit-upkeep.ts';
import { writeAwsFiles, readRegion } from './aws-files.ts';
import { startControlPlane } from './control-plane.ts';
import { openFoundation } from './foundation.ts';
import { startFrontEnd } from './front-end.ts';
import { Lifetime } from './lifetime.ts';
import type { UpOptions } from './options.ts';
import { openServices } from './services.ts';
import { openTls } from './tls.ts';

/** Everything that `keyhold up` runs. Disposing of it stops all parts. */
export interface Installation extends AsyncDisposable {
  readonly endpoint: string;
  /** CA certificate that clients must trust, if Keyhold issued its own TLS certificate. */
  readonly authorityFile?: string | undefined;
}

/**
 * Time that connected custom key stores get to reconnect before requests are accepted. Until then,
 * connections are refused, which clients retry.
 */
const KEY_STORE_RECONNECT_TIMEOUT_MS = 2_000;

/** Starts all parts in the order of their dependencies. They stop in the reverse order. */
export async function startInstallation(options: UpOptions): Promise<Installation> {
  const lifetime = new Lifetime();
  try {
    const foundation = await openFoundation(options, lifetime);
    const tls = await openTls(options, foundation.folder);
    const controlPlane = await startControlPlane(options, foundation, lifetime);
    let endpoint = '';
    const about = {
      version: manifest.version,
      startedAt: foundation.clock.now(),
      endpoint: () => endpoint,
    };
    const seal = await openSecretSeal(foundation.store, controlPlane.keyStore);
    // Opened before everything that records events. It closes last, so its last checkpoint covers
    // them all.
    lifetime.closing(await openAuditUpkeep(foundation, seal, options.auditRetention));
    const services = await openServices(
      options,
      { foundation, controlPlane, seal, about },
      lifetime,
    );
    lifetime.defer(startKeyUpkeep(services, options.settleTime));
    const accessKey = await services.identity.bootstrap({
      account: options.account ?? '111122223333',
    });
    await services.keyStores.waitForReconnect(KEY_STORE_RECONNECT_TIMEOUT_MS);
    const region = options.region ?? readRegion(foundation.folder) ?? 'us-east-1';
    endpoint = await startFrontEnd(options, { services, controlPlane, tls, region }, lifetime);
    const authorityFile = tls?.authorityFile;
    writeAwsFiles(foundation.folder, { endpoint, region, accessKey, authorityFile });
    foundation.log.info({ endpoint, version: manifest.version }, 'ready');
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

import { systemClock } from '../base/index.ts';
import { openIdentity } from '../identity/index.ts';
import { openKeyStores, openSecretSeal, passwordSeal } from '../keystores/index.ts';
import {
  openGrantDirectory,
  openKeyDirectory,
  openKeyUses,
  RequestLimits,
  startKeyUpkeep,
  type Services,
} from '../operations/index.ts';
import { openAttestation } from './attestation.ts';
import { openAuditUpkeep } from './audit-upkeep.ts';
import type { Ground } from './foundation.ts';
import type { Hsms } from './control-plane.ts';
import type { Lifetime } from './lifetime.ts';
import { requestRates, type UpOptions } from './options.ts';

/** What operations work with, and what goes on without being called for. */
export async function openServices(
  options: UpOptions,
  {
    ground,
    hsms,
    about,
  }: { readonly ground: Ground; readonly hsms: Hsms; readonly about: Services['about'] },
  lifetime: Lifetime,
): Promise<Services> {
  const { folder, clock, log, store, audit } = ground;
  const { quota: quotas, attestationRoot, auditRetention: retention, settleTime } = options;
  const seal = await openSecretSeal(store, hsms.keyStore);
  const upkeep = { folder: folder.file('audit'), trail: audit, store, seal, clock, log };
  lifetime.closing(
    await openAuditUpkeep({ ...upkeep, ...(retention !== undefined && { retention }) }),
  );
  const services: Services = {
    clock,
    log,
    store,
    audit,
    seal,
    quotas,
    about,
    clusters: hsms.clusters,
    attestation: openAttestation(attestationRoot),
    keyStores: lifetime.closing(
      await openKeyStores({
        store,
        defaultStore: hsms.keyStore,
        seal: passwordSeal(seal),
        clock,
        log,
      }),
    ),
    identity: lifetime.closing(
      openIdentity({ store, clock, seal, log, outsideClock: systemClock }),
    ),
    keys: openKeyDirectory(store),
    grants: openGrantDirectory(store),
    keyUses: lifetime.closing(openKeyUses(store, log)),
    limits: new RequestLimits(requestRates(options), clock),
  };
  lifetime.defer(startKeyUpkeep(services, settleTime));
  return services;
}

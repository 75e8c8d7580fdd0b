import { systemClock } from '../base/index.ts';
import { openIdentity } from '../identity/index.ts';
import { openKeyStores, passwordSeal, type SecretSeal } from '../keystores/index.ts';
import {
  openGrantCache,
  openKeyCache,
  openKeyUses,
  RequestLimits,
  type Services,
} from '../operations/index.ts';
import { openAttestation } from './attestation.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Foundation } from './foundation.ts';
import type { Lifetime } from './lifetime.ts';
import { requestRates, type UpOptions } from './options.ts';

interface Parts {
  readonly foundation: Foundation;
  readonly controlPlane: ControlPlane;
  readonly seal: SecretSeal;
  readonly about: Services['about'];
}

/** Opens everything that operations use. */
export async function openServices(
  options: UpOptions,
  { foundation, controlPlane, seal, about }: Parts,
  lifetime: Lifetime,
): Promise<Services> {
  const { clock, log, store, audit } = foundation;
  return {
    clock,
    log,
    store,
    audit,
    seal,
    quotas: options.quota,
    about,
    clusters: controlPlane.clusters,
    attestation: openAttestation(options.attestationRoot),
    keyStores: lifetime.closing(
      await openKeyStores({
        store,
        defaultStore: controlPlane.keyStore,
        seal: passwordSeal(seal),
        clock,
        log,
      }),
    ),
    identity: lifetime.closing(
      openIdentity({ store, clock, seal, log, outsideClock: systemClock }),
    ),
    keys: openKeyCache(store),
    grants: openGrantCache(store),
    keyUses: lifetime.closing(openKeyUses(store, log)),
    limits: new RequestLimits(requestRates(options), clock),
  };
}

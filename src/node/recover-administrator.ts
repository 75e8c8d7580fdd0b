import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cloudTrailServiceEvent } from '../audit/index.ts';
import { LOCAL, openAuthorities, recordedPlace, startManagedHsms } from '../cluster/index.ts';
import { openIdentity, type Administrator } from '../identity/index.ts';
import { openSecretSeal } from '../keystores/index.ts';
import { writeCredentials } from './aws-files.ts';
import { StartError } from './data-folder.ts';
import { openDefaultKeyStore } from './default-key-store.ts';
import { openFoundation } from './foundation.ts';
import { openHsmHosts, previousAddress } from './hsm-hosts.ts';
import { Lifetime } from './lifetime.ts';

/** Starts only what is needed to seal a secret. Does not accept requests. */
export async function recoverAdministrator(data: string): Promise<Administrator> {
  if (!existsSync(join(data, 'keyhold.sqlite')))
    throw new StartError(`${data} is not a data folder of Keyhold; check --data`);
  await using lifetime = new Lifetime();
  const options = { data, clockOffset: 0, logLevel: 'info' } as const;
  const foundation = await openFoundation(options, lifetime);
  const { folder, clock, log, store, audit } = foundation;
  const authorities = openAuthorities(folder.file('certificates'), clock);
  const remote = recordedPlace(folder.file('managed')) !== LOCAL;
  const address = remote ? previousAddress(folder.path) : undefined;
  const hsmOptions = {
    dataFolder: folder.path,
    clock,
    clockOffset: 0,
    log,
    authorities,
    hosts: await openHsmHosts(foundation, address, lifetime),
  };
  const managed = lifetime.closing(await startManagedHsms(hsmOptions));
  const { client, keyStore } = await openDefaultKeyStore(managed, clock, log);
  lifetime.closing(client);
  const seal = await openSecretSeal(store, keyStore);
  const identity = lifetime.closing(openIdentity({ store, clock, seal }));
  const administrator = await identity.recover();
  await audit.record(recoveredEvent(administrator, clock.now()), { durable: true });
  writeCredentials(folder, administrator);
  log.warn(
    { account: administrator.account, accessKeyId: administrator.accessKeyId },
    'the first administrator was recovered',
  );
  return administrator;
}

function recoveredEvent({ account, accessKeyId }: Administrator, time: number) {
  return cloudTrailServiceEvent({
    time,
    eventSource: 'keyhold',
    eventName: 'RecoverAdministrator',
    region: 'us-east-1',
    account,
    additionalEventData: { accessKeyId },
  });
}

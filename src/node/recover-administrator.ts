import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cloudTrailServiceEvent, openAuditTrail } from '../audit/index.ts';
import { systemClock } from '../base/index.ts';
import { openAuthorities, startManagedHsms } from '../cluster/index.ts';
import { openIdentity, type Administrator } from '../identity/index.ts';
import { openSecretSeal } from '../keystores/index.ts';
import { openSqliteStore } from '../storage/index.ts';
import { writeCredentials } from './aws-files.ts';
import { openDataFolder, StartError } from './data-folder.ts';
import { openDefaultKeyStore } from './default-key-store.ts';
import { openLog } from './log.ts';

/** Starts as much of a Keyhold as it takes to seal a secret, and serves nobody. */
export async function recoverAdministrator(data: string): Promise<Administrator> {
  if (!existsSync(join(data, 'keyhold.sqlite')))
    throw new StartError(`there is no Keyhold in ${data}`);
  await using lifetime = new AsyncDisposableStack();
  const closing = <T extends { close(): void | Promise<void> }>(one: T): T =>
    lifetime.adopt(one, (it) => it.close());
  const folder = lifetime.use(openDataFolder(data));
  const log = openLog(folder.file('keyhold.log'), 'info');
  const store = closing(openSqliteStore(folder.file('keyhold.sqlite')));
  const audit = closing(await openAuditTrail(folder.file('audit')));
  const authorities = openAuthorities(folder.file('certificates'), systemClock);
  const options = {
    dataFolder: folder.path,
    store,
    clock: systemClock,
    clockOffset: 0,
    log,
    authorities,
  };
  const managed = closing(await startManagedHsms(options));
  const { client, keyStore } = await openDefaultKeyStore(managed, systemClock, log);
  closing(client);
  const identity = closing(
    openIdentity({ store, clock: systemClock, seal: await openSecretSeal(store, keyStore) }),
  );
  const administrator = await identity.recover();
  await audit.record(recovered(administrator), { durable: true });
  writeCredentials(folder, administrator);
  log.warn(
    { account: administrator.account, accessKeyId: administrator.accessKeyId },
    'the first administrator was recovered',
  );
  return administrator;
}

function recovered({ account, accessKeyId }: Administrator) {
  return cloudTrailServiceEvent({
    time: systemClock.now(),
    eventSource: 'keyhold',
    eventName: 'RecoverAdministrator',
    region: 'us-east-1',
    account,
    additionalEventData: { accessKeyId },
  });
}

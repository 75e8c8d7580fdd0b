import { openAuditTrail, type AuditTrail } from '../audit/index.ts';
import { offsetClock, systemClock, type Clock, type Logger } from '../base/index.ts';
import { openSqliteStore, type Store } from '../storage/index.ts';
import { openDataFolder, type DataFolder } from './data-folder.ts';
import type { Lifetime } from './lifetime.ts';
import { openLog } from './log.ts';
import type { UpOptions } from './options.ts';

/** What everything else stands on. */
export interface Ground {
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly audit: AuditTrail;
}

export async function openGround(
  { data, clockOffset, logLevel }: UpOptions,
  lifetime: Lifetime,
): Promise<Ground> {
  const folder = lifetime.use(openDataFolder(data));
  return {
    folder,
    clock: offsetClock(systemClock, clockOffset),
    log: openLog(folder.file('keyhold.log'), logLevel),
    store: lifetime.closing(openSqliteStore(folder.file('keyhold.sqlite'))),
    audit: lifetime.closing(await openAuditTrail(folder.file('audit'))),
  };
}

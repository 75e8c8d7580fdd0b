import { openAuditTrail, type AuditTrail } from '../audit/index.ts';
import { offsetClock, systemClock, type Clock, type Logger } from '../base/index.ts';
import { openSqliteStore, type Store } from '../storage/index.ts';
import { openDataFolder, type DataFolder } from './data-folder.ts';
import type { Lifetime } from './lifetime.ts';
import { openLog } from './log.ts';
import type { UpOptions } from './options.ts';

/** The parts that all others need. */
export interface Foundation {
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly audit: AuditTrail;
}

/** Takes the data folder and opens the files in it. */
export async function openFoundation(
  { data, clockOffset, logLevel }: Pick<UpOptions, 'data' | 'clockOffset' | 'logLevel'>,
  lifetime: Lifetime,
): Promise<Foundation> {
  const folder = lifetime.use(openDataFolder(data));
  return {
    folder,
    clock: offsetClock(systemClock, clockOffset),
    log: openLog(folder.file('keyhold.log'), logLevel),
    store: lifetime.closing(openSqliteStore(folder.file('keyhold.sqlite'))),
    audit: lifetime.closing(await openAuditTrail(folder.file('audit'))),
  };
}

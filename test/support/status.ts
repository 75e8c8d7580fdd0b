import { createApi } from '../../src/cli/api.ts';
import { accessInFolder } from '../../src/cli/access.ts';
import type { Status } from '../../src/contract/index.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** Returns the same status as `keyhold status --json`, without starting a process. */
export async function statusOf(world: World): Promise<Status> {
  return createApi(accessInFolder(world.data))('keyhold', 'DescribeStatus', {});
}

/** Waits until every HSM is ACTIVE with full coverage, and healthy in its connected key store. */
export async function untilHealthy(world: World): Promise<void> {
  await until('all HSMs are healthy', async () => {
    const { Clusters, KeyStores } = await statusOf(world);
    const hsms = Clusters.flatMap(({ Hsms }) => Hsms);
    return (
      hsms.every(({ State, Coverage }) => State === 'ACTIVE' && Coverage?.On === Coverage?.Of) &&
      KeyStores.filter(({ ConnectionState }) => ConnectionState === 'CONNECTED').every(
        ({ Hsms }) => Hsms.length > 0 && Hsms.every(({ Healthy }) => Healthy),
      )
    );
  });
}

import { callApiAs } from '../../src/cli/api.ts';
import { accessInFolder } from '../../src/cli/access.ts';
import type { Status } from '../../src/cli/status.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** What `keyhold status --json` prints, without a process for each look. */
export async function statusOf(world: World): Promise<Status> {
  // The answer of our own operation is what the CLI takes it for.
  return (await callApiAs(
    accessInFolder(world.data),
    'keyhold',
    'Keyhold_20261124.DescribeStatus',
    {},
  )) as Status;
}

/** Waits until every HSM is ACTIVE and holds what the others hold, and answers to its key store. */
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

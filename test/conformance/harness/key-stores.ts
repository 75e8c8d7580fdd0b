import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  DescribeCustomKeyStoresCommand,
  DisconnectCustomKeyStoreCommand,
  type CreateCustomKeyStoreCommandInput,
} from '@aws-sdk/client-kms';
import {
  asAdmin,
  KMSUSER_PASSWORD,
  ownCluster,
  untilStore,
  type OwnCluster,
} from '../../support/own-cluster.ts';
import type { Stage } from './stage.ts';

export const UNKNOWN_STORE = 'cks-0123456789abcdef0';
const NAME = 'own-hsms';

const clusters = new WeakMap<Stage, Promise<OwnCluster>>();

/** The stage's one cluster, made when it is first wanted: two HSMs, kmsuser created. */
export function clusterOf(stage: Stage): Promise<OwnCluster> {
  const known = clusters.get(stage) ?? ownCluster(stage.world);
  clusters.set(stage, known);
  return known;
}

/** What makes the stage's one store. */
export async function storeInput(stage: Stage): Promise<CreateCustomKeyStoreCommandInput> {
  const { clusterId, ca } = await clusterOf(stage);
  return {
    CustomKeyStoreName: NAME,
    CloudHsmClusterId: clusterId,
    TrustAnchorCertificate: ca.certificate,
    KeyStorePassword: KMSUSER_PASSWORD,
  };
}

async function existing({
  kms,
}: Stage): Promise<{ id: string; state: string | undefined } | undefined> {
  const { CustomKeyStores } = await kms.send(new DescribeCustomKeyStoresCommand({}));
  const store = CustomKeyStores?.find(({ CustomKeyStoreName }) => CustomKeyStoreName === NAME);
  return store && { id: store.CustomKeyStoreId ?? '', state: store.ConnectionState };
}

/** With the password set back: a store that was connected has changed it. */
async function newStore(stage: Stage): Promise<string> {
  const { hsm } = await clusterOf(stage);
  const kmsuser = [
    '--username',
    'kmsuser',
    '--role',
    'crypto-user',
    '--password',
    KMSUSER_PASSWORD,
  ];
  await hsm(['user', 'change-password', ...kmsuser], asAdmin);
  return (
    (await stage.kms.send(new CreateCustomKeyStoreCommand(await storeInput(stage))))
      .CustomKeyStoreId ?? ''
  );
}

/** The id of the store, there and DISCONNECTED. */
export async function disconnectedStore(stage: Stage): Promise<string> {
  const there = await existing(stage);
  if (!there) return newStore(stage);
  if (there.state === 'CONNECTED')
    await stage.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: there.id }));
  await untilStore(stage.world, there.id, 'DISCONNECTED');
  return there.id;
}

/** The id of the store, there and CONNECTED. */
export async function connectedStore(stage: Stage): Promise<string> {
  const there = await existing(stage);
  const id = there?.id ?? (await disconnectedStore(stage));
  if (there?.state !== 'CONNECTED')
    await stage.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
  await untilStore(stage.world, id, 'CONNECTED');
  return id;
}

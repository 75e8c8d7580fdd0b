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

/** Returns the stage's cluster, with two HSMs and kmsuser. Creates it on first use. */
function clusterOf(stage: Stage): Promise<OwnCluster> {
  const known = clusters.get(stage) ?? ownCluster(stage.world);
  clusters.set(stage, known);
  return known;
}

/** Returns the CreateCustomKeyStore input for the stage's store. */
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

/** Creates the store. Resets kmsuser's password first, because an earlier store has changed it. */
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

/** Returns the ID of the stage's store in state DISCONNECTED. Creates it if necessary. */
export async function disconnectedStore(stage: Stage): Promise<string> {
  const store = await existing(stage);
  if (!store) return newStore(stage);
  if (store.state === 'CONNECTED')
    await stage.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId: store.id }));
  await untilStore(stage.world, store.id, 'DISCONNECTED');
  return store.id;
}

/** Returns the ID of the stage's store in state CONNECTED. Creates it if necessary. */
export async function connectedStore(stage: Stage): Promise<string> {
  const store = await existing(stage);
  const id = store?.id ?? (await disconnectedStore(stage));
  if (store?.state !== 'CONNECTED')
    await stage.kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId: id }));
  await untilStore(stage.world, id, 'CONNECTED');
  return id;
}

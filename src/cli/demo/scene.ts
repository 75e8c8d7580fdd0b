import { base32Id, SecretText, type Clock } from '../../base/index.ts';
import { connectHsm, type HsmAddress, type HsmConnection } from '../../hsm/client/index.ts';
import type { Api } from '../api.ts';
import type { CustomerCa } from './customer-ca.ts';

/** DescribeClusters' answer, as far as the demo looks at it. */
export interface ClusterView {
  readonly State: string;
  readonly Hsms?: readonly {
    readonly HsmId: string;
    readonly State: string;
    readonly EniIp: string;
    readonly EniPort: number;
  }[];
  readonly Certificates?: { readonly ClusterCsr?: string };
}

const POLL = 30;
const PATIENCE = 60_000;

/** What the demo's steps share: the public interfaces and nothing else. */
export class Scene {
  readonly api: Api;
  readonly ca: CustomerCa;
  readonly clock: Clock;
  /** Passwords of the demo's cluster: made for it and never shown. */
  readonly adminPassword = new SecretText(base32Id(20));
  readonly userPassword = new SecretText(base32Id(20));
  clusterId = '';
  storeId = '';
  keyArn = '';

  constructor(api: Api, ca: CustomerCa, clock: Clock) {
    this.api = api;
    this.ca = ca;
    this.clock = clock;
  }

  async cluster(): Promise<ClusterView> {
    const { Clusters } = await this.api<{ Clusters: ClusterView[] }>(
      'cloudhsm',
      'DescribeClusters',
      {
        Filters: { clusterIds: [this.clusterId] },
      },
    );
    const [cluster] = Clusters;
    if (!cluster) throw new Error(`cluster ${this.clusterId} is gone`);
    return cluster;
  }

  async untilCluster(what: string, holds: (cluster: ClusterView) => boolean): Promise<ClusterView> {
    return this.until(what, async () => {
      const cluster = await this.cluster();
      return holds(cluster) ? cluster : undefined;
    });
  }

  async untilStore(state: string): Promise<void> {
    await this.until(`the key store is ${state}`, async () => {
      const { CustomKeyStores } = await this.api<{
        CustomKeyStores: { ConnectionState: string; ConnectionErrorCode?: string }[];
      }>('kms', 'DescribeCustomKeyStores', { CustomKeyStoreId: this.storeId });
      const [store] = CustomKeyStores;
      if (store?.ConnectionState === 'FAILED')
        throw new Error(`the key store could not be connected: ${store.ConnectionErrorCode}`);
      return store?.ConnectionState === state || undefined;
    });
  }

  /** A connection straight to one HSM, past KMS; logged in if a user is named. */
  async hsm(user?: {
    readonly username: string;
    readonly role: 'admin' | 'crypto-user';
    readonly password: SecretText;
  }): Promise<HsmConnection> {
    const [address] = addressesOf(await this.cluster());
    if (!address) throw new Error('no HSM of the cluster can be reached');
    const connection = await connectHsm(address, { trustAnchor: this.ca.certificate });
    if (user)
      await connection.call('login', {
        username: user.username,
        role: user.role,
        password: user.password.reveal(),
      });
    return connection;
  }

  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const end = this.clock.now() + PATIENCE;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (this.clock.now() > end) throw new Error(`waited ${PATIENCE / 1_000} s in vain: ${what}`);
      await new Promise((resolve) => {
        setTimeout(resolve, POLL);
      });
    }
  }
}

function addressesOf(cluster: ClusterView): HsmAddress[] {
  return (cluster.Hsms ?? [])
    .filter(({ State }) => State === 'ACTIVE')
    .map(({ HsmId, EniIp, EniPort }) => ({ hsmId: HsmId, host: EniIp, port: EniPort }));
}

import { base32Id, SecretText, type Clock } from '../../base/index.ts';
import { connectHsm, type HsmConnection } from '../../hsm/client/index.ts';
import { addressesIn, type Api, type Cluster } from '../api.ts';
import type { CustomerCa } from './customer-ca.ts';

const POLL_INTERVAL_MS = 30;
const WAIT_TIMEOUT_MS = 60_000;

/** State and helpers of the demo's steps. Uses public interfaces only. */
export class Scene {
  readonly api: Api;
  readonly ca: CustomerCa;
  readonly clock: Clock;
  /** Passwords of the demo's cluster: generated, and never shown. */
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

  async cluster(): Promise<Cluster> {
    const { Clusters: [cluster] = [] } = await this.api('cloudhsm', 'DescribeClusters', {
      Filters: { clusterIds: [this.clusterId] },
    });
    if (!cluster) throw new Error(`cluster ${this.clusterId} was deleted`);
    return cluster;
  }

  async untilCluster(what: string, holds: (cluster: Cluster) => boolean): Promise<Cluster> {
    return this.until(what, async () => {
      const cluster = await this.cluster();
      return holds(cluster) ? cluster : undefined;
    });
  }

  async untilStore(state: string): Promise<void> {
    await this.until(`the key store is ${state}`, async () => {
      const { CustomKeyStores: [store] = [] } = await this.api('kms', 'DescribeCustomKeyStores', {
        CustomKeyStoreId: this.storeId,
      });
      if (store?.ConnectionState === 'FAILED')
        throw new Error(`the key store failed to connect: ${store.ConnectionErrorCode}`);
      return store?.ConnectionState === state || undefined;
    });
  }

  /** Connects to one HSM directly, without KMS. Logs in if a user is given. */
  async hsm(user?: {
    readonly username: string;
    readonly role: 'admin' | 'crypto-user';
    readonly password: SecretText;
  }): Promise<HsmConnection> {
    const cluster = await this.cluster();
    const [address] = addressesIn(cluster);
    const clusterCertificate = cluster.Certificates?.ClusterCertificate;
    if (!address || clusterCertificate === undefined)
      throw new Error('the cluster has no active HSM');
    const trust = { trustAnchor: this.ca.certificate, clusterCertificate };
    const connection = await connectHsm(address, trust);
    if (user)
      await connection.call('login', {
        username: user.username,
        role: user.role,
        password: user.password.reveal(),
      });
    return connection;
  }

  /** Polls until `ask` returns a value. `what` completes "waiting until …". */
  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const end = this.clock.now() + WAIT_TIMEOUT_MS;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (this.clock.now() > end)
        throw new Error(`timed out after ${WAIT_TIMEOUT_MS / 1_000} s waiting until ${what}`);
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_INTERVAL_MS);
      });
    }
  }
}

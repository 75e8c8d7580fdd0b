import { Counter, Gauge } from 'prom-client';
import type { ClusterControl, HsmStatus, ManagedHsms } from '../../cluster/index.ts';
import type { KeyStoreRow } from '../../domain/index.ts';
import type { KeyStores } from '../../keystores/index.ts';
import type { Store } from '../../storage/index.ts';

export interface Sources {
  readonly store: Store;
  readonly keyStores: KeyStores;
  readonly clusters: ClusterControl;
  readonly managed: ManagedHsms;
}

/** Creates the metrics of HSMs and key stores. Values are collected each time they are rendered. */
export function observedMetrics({
  store,
  keyStores,
  clusters,
  managed,
}: Sources): (Counter | Gauge)[] {
  const hsms = (): [string, HsmStatus][] => [...managed.statuses(), ...clusters.statuses()];
  const stores = (): Promise<KeyStoreRow[]> => store.read((reader) => reader.list('keyStores', []));
  return [
    new Counter({
      name: 'keyhold_hsm_operations_total',
      help: 'Commands executed by an HSM since it started.',
      labelNames: ['hsm', 'command'],
      registers: [],
      collect() {
        this.reset();
        for (const [hsm, { operations }] of hsms()) {
          for (const [command, count] of Object.entries(operations))
            this.inc({ hsm, command }, count);
        }
      },
    }),
    new Gauge({
      name: 'keyhold_hsm_keys',
      help: 'Keys on an HSM.',
      labelNames: ['hsm'],
      registers: [],
      collect() {
        this.reset();
        for (const [hsm, { keyCount }] of hsms()) this.set({ hsm }, keyCount);
      },
    }),
    new Gauge({
      name: 'keyhold_hsm_synchronized',
      help: '1 if the HSM has everything that its cluster held when it joined.',
      labelNames: ['hsm'],
      registers: [],
      collect() {
        this.reset();
        for (const [hsm, { synchronized }] of hsms()) this.set({ hsm }, Number(synchronized));
      },
    }),
    new Gauge({
      name: 'keyhold_hsm_coverage',
      help: 'Number of HSMs that have everything that this HSM has (on), and of HSMs in the cluster (of).',
      labelNames: ['hsm', 'count'],
      registers: [],
      collect() {
        this.reset();
        for (const [hsm, { coverage }] of hsms()) {
          this.set({ hsm, count: 'on' }, coverage.on);
          this.set({ hsm, count: 'of' }, coverage.of);
        }
      },
    }),
    new Gauge({
      name: 'keyhold_hsm_degraded_since_seconds',
      help: 'Time since which an HSM is degraded, in seconds since the epoch.',
      labelNames: ['cluster', 'hsm', 'reason'],
      registers: [],
      async collect() {
        this.reset();
        const rows = await store.read((reader) => reader.list('hsms', []));
        for (const {
          clusterId: cluster,
          hsmId: hsm,
          stateMessage: reason = '',
          degradedSince,
        } of rows) {
          if (degradedSince !== undefined) this.set({ cluster, hsm, reason }, degradedSince / 1000);
        }
      },
    }),
    new Gauge({
      name: 'keyhold_key_store_state',
      help: '1 for the current connection state of a custom key store.',
      labelNames: ['store', 'state'],
      registers: [],
      async collect() {
        this.reset();
        for (const { storeId, state } of await stores()) this.set({ store: storeId, state }, 1);
      },
    }),
    new Gauge({
      name: 'keyhold_key_store_hsm_healthy',
      help: '1 if the HSM responds to its connected custom key store.',
      labelNames: ['store', 'hsm'],
      registers: [],
      async collect() {
        this.reset();
        for (const { storeId } of await stores()) {
          for (const { hsmId, healthy } of keyStores.members(storeId))
            this.set({ store: storeId, hsm: hsmId }, Number(healthy));
        }
      },
    }),
  ];
}

import { hexId, SecretText } from '../../../base/index.ts';
import type { Request } from '../../../contract/index.ts';
import { KmsError, type ClusterRow, type KeyStoreRow, type Scope } from '../../../domain/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { defineOperation } from '../../operation.ts';
import type { Services } from '../../services.ts';
import {
  requireActiveCluster,
  requireTrustAnchor,
  requireTwoZones,
  requireUnusedCluster,
} from './cluster-checks.ts';
import { requireFreeName } from './find-key-store.ts';

interface Wanted {
  readonly name: string;
  readonly clusterId: string;
  readonly trustAnchor: string;
  readonly password: SecretText;
}

export const CreateCustomKeyStore = defineOperation('kms', 'CreateCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle(services, input, { service: { scope } }) {
    const wanted = wantedStore(input);
    const same = await sameStore(services, scope, wanted);
    if (same) return { CustomKeyStoreId: same.storeId };
    const row = await newRow(services, scope, wanted);
    await services.store.transact(async (transaction) => {
      const cluster = await checkCluster(
        transaction,
        scope,
        wanted,
        services.quotas.customKeyStores,
      );
      await transaction.put('keyStores', {
        ...row,
        clusterCertificate: cluster.clusterCertificate ?? '',
      });
    });
    return { CustomKeyStoreId: row.storeId };
  },
});

function wantedStore(input: Request<'kms', 'CreateCustomKeyStore'>): Wanted {
  if (input.CustomKeyStoreType === 'EXTERNAL_KEY_STORE') {
    throw new KmsError('UnsupportedOperationException', 'External key stores are not supported.');
  }
  const external = Object.keys(input).find((member) => member.startsWith('Xks'));
  if (external !== undefined) {
    throw new KmsError(
      'ValidationException',
      `${external} is not valid for a custom key store of type AWS_CLOUDHSM.`,
    );
  }
  const {
    CustomKeyStoreName: name,
    CloudHsmClusterId: clusterId,
    TrustAnchorCertificate: trustAnchor,
    KeyStorePassword: password,
  } = input;
  const required = {
    CloudHsmClusterId: clusterId,
    TrustAnchorCertificate: trustAnchor,
    KeyStorePassword: password,
  };
  for (const [member, value] of Object.entries(required)) {
    if (value === undefined)
      throw new KmsError(
        'ValidationException',
        `${member} is required for a custom key store of type AWS_CLOUDHSM.`,
      );
  }
  return {
    name,
    clusterId: clusterId ?? '',
    trustAnchor: trustAnchor ?? '',
    password: new SecretText(password ?? ''),
  };
}

/**
 * Finds the store of an identical earlier call. A retry returns its ID, as long as the store is
 * DISCONNECTED.
 */
async function sameStore(
  { store, keyStores }: Services,
  { account, region }: Scope,
  wanted: Wanted,
): Promise<KeyStoreRow | undefined> {
  const [found] = await store.read((reader) =>
    reader.find('keyStores', 'byName', [account, region, wanted.name], { limit: 1 }),
  );
  if (
    found?.state !== 'DISCONNECTED' ||
    found.clusterId !== wanted.clusterId ||
    found.trustAnchor !== wanted.trustAnchor
  )
    return undefined;
  return (await keyStores.isSealedPassword(found.sealedPassword, wanted.password))
    ? found
    : undefined;
}

async function newRow(
  services: Services,
  { account, region }: Scope,
  wanted: Wanted,
): Promise<Omit<KeyStoreRow, 'clusterCertificate'>> {
  return {
    account,
    region,
    storeId: `cks-${hexId(17)}`,
    name: wanted.name,
    clusterId: wanted.clusterId,
    trustAnchor: wanted.trustAnchor,
    sealedPassword: await services.keyStores.sealPassword(wanted.password),
    state: 'DISCONNECTED',
    creationDate: services.clock.now(),
  };
}

/** Runs AWS's checks, in AWS's order. `limit` is the maximum number of stores. */
async function checkCluster(
  transaction: Transaction,
  scope: Scope,
  wanted: Wanted,
  limit: number,
): Promise<ClusterRow> {
  await requireFreeName(transaction, scope, wanted.name);
  const stores = await transaction.list('keyStores', [scope.account, scope.region]);
  if (stores.length >= limit) {
    throw new KmsError(
      'LimitExceededException',
      `An account can have at most ${limit} custom key stores in a Region.`,
    );
  }
  const cluster = await requireActiveCluster(transaction, scope, wanted.clusterId);
  await requireUnusedCluster(transaction, scope, cluster);
  await requireTwoZones(transaction, scope, wanted.clusterId);
  requireTrustAnchor(cluster, wanted.trustAnchor);
  return cluster;
}

import { SecretText } from '../../../base/index.ts';
import type { Request } from '../../../contract/index.ts';
import { KmsError, type KeyStoreRow, type Scope } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';
import { defineOperation } from '../../operation.ts';
import { requireActiveCluster, requireTwoZones } from './cluster-checks.ts';
import { findKeyStore, invalidState, requireFreeName } from './find-key-store.ts';

type Input = Request<'kms', 'UpdateCustomKeyStore'>;

export const UpdateCustomKeyStore = defineOperation('kms', 'UpdateCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store, keyStores }, input, { service: { scope } }) {
    const external = Object.keys(input).find((member) => member.startsWith('Xks'));
    if (external !== undefined) {
      throw new KmsError(
        'ValidationException',
        `${external} is not valid for a custom key store of type AWS_CLOUDHSM.`,
      );
    }
    const password = input.KeyStorePassword;
    const sealedPassword =
      password === undefined ? undefined : await keyStores.sealPassword(new SecretText(password));
    await store.transact(async (transaction) => {
      const row = await findKeyStore(transaction, scope, input.CustomKeyStoreId);
      requireState(row, input);
      await checkName(transaction, scope, row, input.NewCustomKeyStoreName);
      await checkCluster(transaction, scope, row, input.CloudHsmClusterId);
      await transaction.put('keyStores', updated(row, input, sealedPassword));
    });
    return {};
  },
});

/** The name can be changed while connected, but not what the connection depends on. */
function requireState(row: KeyStoreRow, input: Input): void {
  const onlyName = input.KeyStorePassword === undefined && input.CloudHsmClusterId === undefined;
  if (row.state === 'DISCONNECTED' || (onlyName && row.state === 'CONNECTED')) return;
  throw invalidState(row, 'Disconnect it before you change its password or cluster.');
}

async function checkName(
  reader: Reader,
  scope: Scope,
  row: KeyStoreRow,
  name: string | undefined,
): Promise<void> {
  if (name !== undefined && name !== row.name) await requireFreeName(reader, scope, name);
}

async function checkCluster(
  reader: Reader,
  scope: Scope,
  row: KeyStoreRow,
  clusterId: string | undefined,
): Promise<void> {
  if (clusterId === undefined) return;
  const cluster = await requireActiveCluster(reader, scope, clusterId);
  // Compared with the store's own row, because the previous cluster may be deleted.
  if (clusterId !== row.clusterId && cluster.clusterCertificate !== row.clusterCertificate) {
    throw new KmsError(
      'CloudHsmClusterNotRelatedException',
      `CloudHSM cluster ${clusterId} was not created from a backup of cluster ${row.clusterId}: their cluster certificates differ.`,
    );
  }
  await requireTwoZones(reader, scope, clusterId);
}

/**
 * Returns the changed row. A password from the customer replaces the pending password of an
 * interrupted rotation.
 */
function updated(row: KeyStoreRow, input: Input, sealedPassword: string | undefined): KeyStoreRow {
  const { sealedNextPassword, ...rest } = row;
  return {
    ...rest,
    name: input.NewCustomKeyStoreName ?? row.name,
    clusterId: input.CloudHsmClusterId ?? row.clusterId,
    ...(sealedPassword === undefined
      ? sealedNextPassword !== undefined && { sealedNextPassword }
      : { sealedPassword }),
  };
}

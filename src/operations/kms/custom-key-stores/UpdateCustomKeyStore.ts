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
      const record = await findKeyStore(transaction, scope, input.CustomKeyStoreId);
      requireState(record, input);
      await checkName(transaction, scope, record, input.NewCustomKeyStoreName);
      await checkCluster(transaction, scope, record, input.CloudHsmClusterId);
      await transaction.put('keyStores', updated(record, input, sealedPassword));
    });
    return {};
  },
});

/** The name can be changed while connected; what the connection rests on can not. */
function requireState(record: KeyStoreRow, input: Input): void {
  const onlyName = input.KeyStorePassword === undefined && input.CloudHsmClusterId === undefined;
  if (record.state === 'DISCONNECTED' || (onlyName && record.state === 'CONNECTED')) return;
  throw invalidState(record, 'Disconnect it before you change its password or cluster.');
}

async function checkName(
  reader: Reader,
  scope: Scope,
  record: KeyStoreRow,
  name: string | undefined,
): Promise<void> {
  if (name !== undefined && name !== record.name) await requireFreeName(reader, scope, name);
}

async function checkCluster(
  reader: Reader,
  scope: Scope,
  record: KeyStoreRow,
  clusterId: string | undefined,
): Promise<void> {
  if (clusterId === undefined) return;
  const cluster = await requireActiveCluster(reader, scope, clusterId);
  // Asked of the store's own row: the old cluster may be gone.
  if (clusterId !== record.clusterId && cluster.clusterCertificate !== record.clusterCertificate) {
    throw new KmsError(
      'CloudHsmClusterNotRelatedException',
      `CloudHSM cluster ${clusterId} was not created from a backup of cluster ${record.clusterId}: their cluster certificates differ.`,
    );
  }
  await requireTwoZones(reader, scope, clusterId);
}

/** A password told by the customer replaces whatever a broken-off rotation left. */
function updated(
  record: KeyStoreRow,
  input: Input,
  sealedPassword: string | undefined,
): KeyStoreRow {
  const { sealedNextPassword, ...rest } = record;
  return {
    ...rest,
    name: input.NewCustomKeyStoreName ?? record.name,
    clusterId: input.CloudHsmClusterId ?? record.clusterId,
    ...(sealedPassword === undefined
      ? sealedNextPassword !== undefined && { sealedNextPassword }
      : { sealedPassword }),
  };
}

import { KmsError, type Scope } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';
import { defineOperation } from '../../operation.ts';
import { requireActiveCluster } from './cluster-checks.ts';
import { findKeyStore, invalidState } from './find-key-store.ts';

/**
 * Returns at once; the state changes to CONNECTED or FAILED in the background. A deleted cluster,
 * or one without HSMs, is detected there and shown as ConnectionErrorCode. Only a cluster that was
 * never activated is rejected here.
 */
export const ConnectCustomKeyStore = defineOperation('kms', 'ConnectCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store, keyStores }, { CustomKeyStoreId }, { service: { scope } }) {
    const row = await store.read(async (reader) => {
      const found = await findKeyStore(reader, scope, CustomKeyStoreId);
      await rejectInactiveCluster(reader, scope, found.clusterId);
      return found;
    });
    if (row.state === 'CONNECTED' || row.state === 'CONNECTING') return {};
    if (row.state !== 'DISCONNECTED') {
      throw invalidState(
        row,
        'Disconnect it and wait until it is DISCONNECTED before you connect it.',
      );
    }
    await keyStores.connect(row);
    return {};
  },
});

async function rejectInactiveCluster(
  reader: Reader,
  scope: Scope,
  clusterId: string,
): Promise<void> {
  try {
    await requireActiveCluster(reader, scope, clusterId);
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== 'CloudHsmClusterNotFoundException')
      throw error;
  }
}

import { KmsError, type Scope } from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';
import { defineOperation } from '../../operation.ts';
import { requireActiveCluster } from './cluster-checks.ts';
import { findKeyStore, invalidState } from './find-key-store.ts';

/**
 * Answers at once; the state moves to CONNECTED or FAILED in the background. A cluster that is gone or has no HSM is
 * found there, as a ConnectionErrorCode; only a cluster that was never activated is refused here.
 */
export const ConnectCustomKeyStore = defineOperation('kms', 'ConnectCustomKeyStore', {
  effect: 'write',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store, keyStores }, { CustomKeyStoreId }, { service: { scope } }) {
    const record = await store.read(async (reader) => {
      const found = await findKeyStore(reader, scope, CustomKeyStoreId);
      await refuseInactiveCluster(reader, scope, found.clusterId);
      return found;
    });
    if (record.state === 'CONNECTED' || record.state === 'CONNECTING') return {};
    if (record.state !== 'DISCONNECTED') {
      throw invalidState(
        record,
        'Disconnect it and wait until it is DISCONNECTED before you connect it.',
      );
    }
    await keyStores.connect(record);
    return {};
  },
});

async function refuseInactiveCluster(
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

import { startAuditUpkeep, type KeptHead, type VouchedHead } from '../audit/index.ts';
import { SecretText } from '../base/index.ts';
import { exportPrivateKey, importKeyPair, makeKeyPair } from '../crypto/index.ts';
import type { Seal } from '../identity/index.ts';
import { KeyStoreError } from '../keystores/index.ts';
import { sealedSetting, type Store } from '../storage/index.ts';
import type { Foundation } from './foundation.ts';

/**
 * Starts the checkpoints and the retention of the audit trail. The key that signs checkpoints and
 * the head of the last one are sealed, so that write access to the data folder is not enough to
 * forge them. `retention` is in milliseconds; undefined keeps everything.
 */
export async function openAuditUpkeep(
  { folder, audit, store, clock, log }: Foundation,
  seal: Seal,
  retention: number | undefined,
): Promise<{ close(): Promise<void> }> {
  const make = (): string => exportPrivateKey(makeKeyPair().privateKey);
  const privateKey = await sealedSetting(store, seal, { name: 'audit-checkpoint-key', make });
  return startAuditUpkeep({
    folder: folder.file('audit'),
    trail: audit,
    clock,
    log,
    ...(retention !== undefined && { retention }),
    keys: importKeyPair(privateKey.reveal()),
    lastHead: sealedHead(store, seal),
  });
}

const HEAD_SETTING = 'audit-head';
const HEAD_PURPOSE = 'keyhold audit head';

function sealedHead(store: Store, seal: Seal): KeptHead {
  return {
    async load() {
      const kept = await store.read((reader) => reader.get('settings', HEAD_SETTING));
      if (!kept) return undefined;
      try {
        // Only `save` seals for this purpose. Heads of older versions have no `from`.
        const head = JSON.parse(
          (await seal.open(kept.value, HEAD_PURPOSE)).reveal(),
        ) as VouchedHead;
        return { ...head, from: head.from ?? 1 };
      } catch (error) {
        if (error instanceof KeyStoreError && error.failure === 'ciphertext-invalid')
          return undefined;
        throw error;
      }
    },
    async save({ sequence, hash, from }) {
      const value = await seal.seal(
        new SecretText(JSON.stringify({ sequence, hash, from })),
        HEAD_PURPOSE,
      );
      await store.transact((transaction) =>
        transaction.put('settings', { name: HEAD_SETTING, value }),
      );
    },
  };
}

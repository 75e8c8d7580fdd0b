import { startAuditUpkeep, type AuditUpkeepOptions } from '../audit/index.ts';
import { exportPrivateKey, importKeyPair, makeKeyPair } from '../crypto/index.ts';
import type { Seal } from '../identity/index.ts';
import { sealedSetting, type Store } from '../storage/index.ts';

interface Parts extends Omit<AuditUpkeepOptions, 'keys'> {
  readonly store: Store;
  readonly seal: Seal;
}

/** Checkpoints are signed by a key that only a running Keyhold can unseal. */
export async function openAuditUpkeep({ store, seal, ...options }: Parts): Promise<{ close(): Promise<void> }> {
  const make = (): string => exportPrivateKey(makeKeyPair().privateKey);
  const privateKey = await sealedSetting(store, seal, { name: 'audit-checkpoint-key', make });
  return startAuditUpkeep({ ...options, keys: importKeyPair(privateKey.reveal()) });
}

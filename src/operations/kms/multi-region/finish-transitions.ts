import type { Services } from '../../services.ts';

/** Ends Creating and Updating: all that they stand for was written when they began. */
export async function finishTransitions({ store }: Services): Promise<void> {
  const busy = await store.read((reader) => reader.find('keys', 'byTransition', []));
  if (busy.length === 0) return;
  await store.transact(async (transaction) => {
    for (const { account, region, keyId } of busy) {
      const row = await transaction.get('keys', account, region, keyId);
      if (!row) continue;
      const { transition: _over, ...settled } = row;
      await transaction.put('keys', settled);
    }
  });
}

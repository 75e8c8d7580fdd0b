import type { Services } from '../../services.ts';

/**
 * Ends Creating and Updating states that are older than the settle time. The change itself was
 * written when they began.
 */
export async function finishTransitions(
  { store, clock }: Services,
  settleTime: number,
): Promise<void> {
  const over = await store.read((reader) =>
    reader.due('keys', 'byTransition', clock.now() - settleTime),
  );
  if (over.length === 0) return;
  await store.transact(async (transaction) => {
    for (const { account, region, keyId } of over) {
      const row = await transaction.get('keys', account, region, keyId);
      if (!row) continue;
      const { transition: _over, transitionStart: _start, ...settled } = row;
      await transaction.put('keys', settled);
    }
  });
}

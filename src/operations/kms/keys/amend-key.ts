import type { KeyRow } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';
import type { AuthorizedKey } from '../../operation.ts';

/** Changes the current row of a key, which may be newer than the authorized one. */
export async function amendKey(
  { store }: Pick<Services, 'store'>,
  { key: { account, region, keyId } }: AuthorizedKey,
  change: (key: KeyRow) => KeyRow,
): Promise<void> {
  await store.transact(async (transaction) => {
    const key = await transaction.get('keys', account, region, keyId);
    if (key) await transaction.put('keys', change(key));
  });
}

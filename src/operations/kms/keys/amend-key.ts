import type { KeyRow } from '../../../domain/index.ts';
import type { AuthorizedKey } from '../../operation.ts';
import { amend } from '../../row-ref.ts';
import type { Services } from '../../services.ts';
import { keyRef } from '../../target-rows.ts';

/** Changes the current row of a key, which may be newer than the authorized one. */
export async function amendKey(
  { store }: Pick<Services, 'store'>,
  { key }: AuthorizedKey,
  change: (key: KeyRow) => KeyRow,
): Promise<void> {
  await amend(store, keyRef(key), change);
}

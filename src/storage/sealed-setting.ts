import { SecretText } from '../base/index.ts';
import type { Store } from './store.ts';

/** Encryption by the default key store, bound to a purpose. */
interface Seal {
  seal(secret: SecretText, purpose: string): Promise<string>;
  open(sealed: string, purpose: string): Promise<SecretText>;
}

/**
 * Returns a named secret of the installation. The first request creates it with `make`, and it
 * never changes after that. If several front ends create it at the same time, one wins.
 */
export async function sealedSetting(
  store: Store,
  seal: Seal,
  { name, make }: { readonly name: string; readonly make: () => string },
): Promise<SecretText> {
  const purpose = `keyhold setting ${name}`;
  const stored = await store.read((reader) => reader.get('settings', name));
  if (stored) return seal.open(stored.value, purpose);
  const sealed = await seal.seal(new SecretText(make()), purpose);
  const kept = await store.transact(async (transaction) => {
    const already = await transaction.get('settings', name);
    if (already) return already.value;
    await transaction.put('settings', { name, value: sealed });
    return sealed;
  });
  return seal.open(kept, purpose);
}

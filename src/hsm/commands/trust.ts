import { allReady, whenReady } from '../../base/index.ts';
import { equalBytes } from '../../crypto/index.ts';
import type { EngineResult } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { confines, type Key } from '../keys/index.ts';
import { HsmError } from '../wire/index.ts';

/**
 * Checks that a key can be trusted: that nobody gets out of the HSM in plaintext what it wraps.
 * Only attributes that nothing can change count. A key that was imported may also be elsewhere: the
 * admin who trusts it vouches for that.
 *
 * @throws HsmError `not-permitted` (or as a rejection) with what to do
 */
export function checkTrustworthy({ keys, engine }: Hsm, key: Key): EngineResult<void> {
  if (key.engineKey.class === 'secret-key') {
    if (key.fixed.extractable)
      throw new HsmError('not-permitted', 'an extractable key cannot be trusted');
    return;
  }
  const suspects = keys.privateKeysLike(key.engineKey).filter(isOpener);
  if (suspects.length === 0) return;
  const spkis = [key, ...suspects].map(({ engineKey }) => engine.exportPublicKey(engineKey));
  return whenReady(allReady(spkis), ([own, ...others]) => {
    const opener = suspects[others.findIndex((spki) => own && equalBytes(spki, own))];
    if (opener)
      throw new HsmError(
        'not-permitted',
        `private key 0x${opener.handle} could open what the key wraps; trust a pair whose private key is not extractable and has an unwrap template with extractable=false or wrap-with-trusted=true`,
      );
  });
}

/** Returns whether a private key can ever decrypt, or unwrap into a key that can be exported. */
function isOpener({ fixed }: Key): boolean {
  return fixed.extractable || !confines(fixed);
}

import { allReady, whenReady } from '../../base/index.ts';
import { equalBytes } from '../../crypto/index.ts';
import type { EngineResult } from '../engine/index.ts';
import type { Hsm } from '../hsm.ts';
import { confines, type Key } from '../keys/index.ts';
import type { Session } from '../users/index.ts';
import { HsmError } from '../wire/index.ts';
import { entryOf } from './command.ts';

/**
 * Sets whether a key is trusted. Before it is, all HSMs of the cluster know that it will be:
 * otherwise one that does not could unwrap what another has wrapped under it, as a key that may
 * leave.
 */
export async function setTrusted(
  hsm: Hsm,
  session: Session,
  key: Key,
  trusted: boolean,
): Promise<void> {
  if (trusted && !key.changeable.trusted) {
    await checkTrustworthy(hsm, key);
    await announceTrust(hsm, session, key);
  }
  const entry = entryOf(session, 'CN_MODIFY_OBJECT', { keyHandle: key.handle, detail: 'trusted' });
  await hsm.replicate([hsm.keys.trust(key, trusted)], entry);
}

async function announceTrust(hsm: Hsm, session: Session, key: Key): Promise<void> {
  const { peers, membership } = hsm;
  // Not the peers that the control plane tells of: it could leave one out.
  const of = membership.list().length;
  const announcement = hsm.keys.trust(key, false);
  // Without them it is certain to fail, and nothing is written.
  if (1 + peers.connected.length >= of) {
    const detail = 'to be trusted';
    const entry = entryOf(session, 'CN_MODIFY_OBJECT', { keyHandle: key.handle, detail });
    await hsm.replicate([announcement], entry);
  }
  const { on } = peers.coverage(announcement.kind, announcement.id);
  if (on < of)
    throw new HsmError(
      'insufficient-copies',
      `a key can be trusted only while all HSMs of the cluster are connected: ${on} of ${of} know of it`,
    );
}

/**
 * Checks that a key can be trusted: that nobody gets out of the HSM in plaintext what it wraps.
 * Only attributes that nothing can change count. A key that was imported may also be elsewhere: the
 * admin who trusts it vouches for that. A public key whose pair was generated here may not: the
 * private key that never left must be here.
 *
 * @throws HsmError `not-permitted` (or as a rejection) with what to do
 */
export function checkTrustworthy({ keys, engine }: Hsm, key: Key): EngineResult<void> {
  const { engineKey, fixed } = key;
  if (engineKey.class === 'secret-key') {
    if (fixed.extractable)
      throw new HsmError('not-permitted', 'an extractable key cannot be trusted');
    return;
  }
  const similar = keys.privateKeysLike(engineKey);
  const spkis = [key, ...similar].map((one) => engine.exportPublicKey(one.engineKey));
  return whenReady(allReady(spkis), ([own, ...others]) => {
    const privateHalves = similar.filter((_, index) => {
      const spki = others[index];
      return own && spki && equalBytes(spki, own);
    });
    const opener = privateHalves.find(isOpener);
    if (opener)
      throw new HsmError(
        'not-permitted',
        `private key 0x${opener.handle} could open what the key wraps; trust a pair whose private key is not extractable and has an unwrap template with extractable=false or wrap-with-trusted=true`,
      );
    if (fixed.local && !privateHalves.some((half) => half.fixed.neverExtractable))
      throw new HsmError(
        'not-permitted',
        'the private key of this pair is not here, or has left the HSMs; trust a pair whose private key is here and was never extractable',
      );
  });
}

/** Returns whether a private key can ever decrypt, or unwrap into a key that can be exported. */
function isOpener({ fixed }: Key): boolean {
  return fixed.extractable || !confines(fixed);
}

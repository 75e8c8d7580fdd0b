import { BoundedCache } from '../../base/index.ts';
import type { ClusterClient } from '../../hsm/client/index.ts';
import { KeyStoreError, type Placed } from '../contract.ts';
import type { MaterialPlacement } from '../hsm/material-commands.ts';
import { abilities, keyForm, newKeyForm } from '../hsm/mechanisms.ts';

/** How many keys may be open in the managed HSMs at a time. */
const OPEN_KEYS = 8_192;

/**
 * Default key store: material exists outside the managed HSMs only as a token, wrapped by a domain key that never
 * leaves them and bound to the material's id. To use a key its token is unwrapped to a session key once, and the session key's handle remembered.
 */
export function defaultPlacement(domainKeyHandle: string): MaterialPlacement {
  const opened = new BoundedCache<string, Promise<string> | string>(OPEN_KEYS);

  async function open(cluster: ClusterClient, material: Placed): Promise<string> {
    if (material.token === undefined || material.domainKeyHandle === undefined) {
      throw new KeyStoreError('internal', 'material has no key token');
    }
    const key = await cluster.call('unwrapKey', {
      wrappingKey: material.domainKeyHandle,
      wrapped: Buffer.from(material.token, 'base64'),
      form: keyForm(material.kind),
      mechanism: 'aes-gcm-bound',
      binding: Buffer.from(material.materialId, 'hex'),
      template: { token: false, extractable: false, ...abilities(material.kind) },
    });
    opened.set(material.materialId, key.handle);
    return key.handle;
  }

  return {
    domainKeyHandle,
    async create(cluster, { type, materialId }) {
      const { wrapped, publicKey } = await cluster.call('generateWrappedKey', {
        wrappingKey: domainKeyHandle,
        form: newKeyForm(type),
        binding: Buffer.from(materialId, 'hex'),
      });
      const token = Buffer.from(wrapped).toString('base64');
      return {
        kind: type.kind,
        token,
        domainKeyHandle,
        ...(publicKey && { publicKey: Buffer.from(publicKey).toString('base64') }),
      };
    },
    handle(cluster, material, stale) {
      const known = opened.get(material.materialId);
      if (known !== undefined && known !== stale) return known;
      const opening = open(cluster, material);
      opened.set(material.materialId, opening);
      // A failed opening must not be remembered; the caller gets the failure itself.
      opening.catch(() => opened.delete(material.materialId));
      return opening;
    },
    async destroy(cluster, { materialId }) {
      // The token is the only lasting form of the key, and it goes with its row; here goes what an HSM has open of it.
      const opening = opened.get(materialId);
      opened.delete(materialId);
      try {
        const handle = await opening;
        if (handle !== undefined) await cluster.call('destroyKey', { handle });
      } catch {
        // Session keys go with their session anyway.
      }
    },
  };
}

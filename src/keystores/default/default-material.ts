import { BoundedCache } from '../../base/index.ts';
import type { ClusterClient } from '../../hsm/client/index.ts';
import type { KeyTemplate } from '../../hsm/wire/index.ts';
import {
  KeyStoreError,
  type MaterialLocation,
  type NewMaterial,
  type StoredMaterial,
} from '../contract.ts';
import type { MaterialStorage } from '../hsm/material-commands.ts';
import { keyForm, newKeyForm, usageTemplate, wrappingPairTemplate } from '../hsm/mechanisms.ts';

/** Maximum number of session keys that are cached, and so kept open in the managed HSMs. */
const MAX_OPEN_KEYS = 8_192;

/**
 * Storage of material in the default key store. Outside the managed HSMs, material exists only as
 * a key token: wrapped by a domain key that never leaves them, and bound to the material's ID. The
 * first use of a key unwraps its token to a session key, whose handle is cached.
 */
export function defaultMaterialStorage(domainKeyHandle: string): MaterialStorage {
  const opened = new BoundedCache<string, Promise<string> | string>(MAX_OPEN_KEYS);

  async function open(cluster: ClusterClient, material: StoredMaterial): Promise<string> {
    if (material.token === undefined || material.domainKeyHandle === undefined) {
      throw new KeyStoreError('internal', 'the material row has no key token');
    }
    const key = await cluster.call('unwrapKey', {
      wrappingKey: material.domainKeyHandle,
      wrapped: Buffer.from(material.token, 'base64'),
      form: keyForm(material.kind),
      mechanism: 'aes-gcm-bound',
      binding: Buffer.from(material.materialId, 'hex'),
      // The token has all attributes of the key.
      template: { token: false },
    });
    opened.set(material.materialId, key.handle);
    return key.handle;
  }

  async function generate(
    cluster: ClusterClient,
    { type, materialId }: Pick<NewMaterial, 'type' | 'materialId'>,
    template: KeyTemplate,
  ): Promise<MaterialLocation> {
    const { wrapped, publicKey } = await cluster.call('generateWrappedKey', {
      wrappingKey: domainKeyHandle,
      form: newKeyForm(type),
      template,
      binding: Buffer.from(materialId, 'hex'),
    });
    const token = Buffer.from(wrapped).toString('base64');
    return {
      kind: type.kind,
      token,
      domainKeyHandle,
      ...(publicKey && { publicKey: Buffer.from(publicKey).toString('base64') }),
    };
  }

  return {
    domainKeyHandle,
    create: (cluster, { type, materialId, usage }) =>
      generate(cluster, { type, materialId }, usageTemplate(type.kind, usage)),
    createWrappingPair: (cluster, { type, materialId, unwraps }) =>
      generate(cluster, { type, materialId }, wrappingPairTemplate(unwraps)),
    resolveHandle(cluster, material, stale) {
      const cached = opened.get(material.materialId);
      if (cached !== undefined && cached !== stale) return cached;
      const opening = open(cluster, material);
      opened.set(material.materialId, opening);
      // A failure must not be cached; the caller gets it.
      opening.catch(() => opened.delete(material.materialId));
      return opening;
    },
    async destroy(cluster, { materialId }) {
      // The key token is deleted with its row. Only the session key, if one is open, is left.
      const opening = opened.get(materialId);
      opened.delete(materialId);
      try {
        const handle = await opening;
        if (handle !== undefined) await cluster.call('destroyKey', { handle });
      } catch {
        // The session key ends with its session anyway.
      }
    },
  };
}

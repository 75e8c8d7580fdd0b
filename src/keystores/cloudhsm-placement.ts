import { KeyStoreError } from './contract.ts';
import type { MaterialPlacement } from './handles.ts';

/** CloudHSM key store: the material is a token key of kmsuser in the customer's cluster, known by its handle. */
export const cloudHsmPlacement: MaterialPlacement = {
  async create(cluster, { keyArn, materialId, type }) {
    if (type.kind !== 'aes') throw new KeyStoreError('unsupported', `this key store makes no ${type.kind} keys`);
    const key = await cluster.call('generateKey', {
      keyType: 'aes',
      length: 32,
      template: { label: keyArn, id: materialId, token: true, extractable: false, encrypt: true, decrypt: true },
    });
    return { kind: type.kind, handle: key.handle };
  },
  handle(_cluster, material) {
    if (material.handle === undefined) throw new KeyStoreError('internal', 'material has no HSM key handle');
    return material.handle;
  },
  async destroy(cluster, material) {
    if (material.handle !== undefined) await cluster.call('destroyKey', { handle: material.handle });
  },
};

import { KmsError } from '../../../domain/index.ts';
import { defineOperation } from '../../operation.ts';
import { findKeyStore } from '../custom-key-stores/find-key-store.ts';

export const GenerateRandom = defineOperation('kms', 'GenerateRandom', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle({ store, keyStores }, input, { service: { scope } }) {
    const { NumberOfBytes, CustomKeyStoreId: storeId } = input;
    if (NumberOfBytes === undefined) throw new KmsError('ValidationException', 'NumberOfBytes is required.');
    if (input.Recipient !== undefined) throw new KmsError('UnsupportedOperationException', 'Recipient is not supported.');
    if (storeId === undefined) return { Plaintext: await keyStores.default.random(NumberOfBytes) };
    const record = await store.read((reader) => findKeyStore(reader, scope, storeId));
    if (!keyStores.isConnected(storeId)) {
      throw new KmsError('CustomKeyStoreInvalidStateException', `Custom key store ${storeId} is ${record.state}; it must be CONNECTED.`);
    }
    return { Plaintext: await keyStores.of({ customKeyStoreId: storeId }).random(NumberOfBytes) };
  },
});

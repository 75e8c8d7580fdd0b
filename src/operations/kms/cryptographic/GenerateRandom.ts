import { KmsError, type Scope } from '../../../domain/index.ts';
import type { KeyStore } from '../../../keystores/index.ts';
import { defineOperation } from '../../operation.ts';
import type { Services } from '../../services.ts';
import { findKeyStore } from '../custom-key-stores/find-key-store.ts';
import { recipientOf, revealed } from '../recipient/recipient.ts';

export const GenerateRandom = defineOperation('kms', 'GenerateRandom', {
  effect: 'read',
  targets: () => ({ service: { on: 'service' } }),
  async handle(
    services,
    { NumberOfBytes, CustomKeyStoreId, Recipient },
    { service: { scope } },
    call,
  ) {
    if (NumberOfBytes === undefined)
      throw new KmsError('ValidationException', 'NumberOfBytes is required.');
    const recipient = recipientOf(services, Recipient, call);
    const keyStore =
      CustomKeyStoreId === undefined
        ? services.keyStores.default
        : await connected(services, scope, CustomKeyStoreId);
    return revealed('Plaintext', await keyStore.random(NumberOfBytes, { recipient }), recipient);
  },
});

async function connected(
  { store, keyStores }: Services,
  scope: Scope,
  storeId: string,
): Promise<KeyStore> {
  const row = await store.read((reader) => findKeyStore(reader, scope, storeId));
  if (keyStores.isConnected(storeId)) return keyStores.storeFor({ customKeyStoreId: storeId });
  throw new KmsError(
    'CustomKeyStoreInvalidStateException',
    `Custom key store ${storeId} is ${row.state}; it must be CONNECTED.`,
  );
}

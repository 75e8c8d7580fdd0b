import type { Request } from '../../../contract/index.ts';
import { KmsError, type KeyRow, type KeySpec, type Scope } from '../../../domain/index.ts';
import type { KeyStore } from '../../../keystores/index.ts';
import type { Services } from '../../services.ts';
import { requireTwoZones } from '../custom-key-stores/cluster-checks.ts';
import { findKeyStore } from '../custom-key-stores/find-key-store.ts';

type Input = Request<'kms', 'CreateKey'>;

export interface ChosenKeyStore {
  readonly columns: Pick<KeyRow, 'origin' | 'customKeyStoreId'>;
  /** The store to create the material in. Absent if the material will be imported. */
  readonly keyStore?: KeyStore;
}

/** Returns the origin and key store that the request asks for, ready to create a key in. */
export async function chosenKeyStore(
  services: Services,
  scope: Scope,
  input: Input,
  keySpec: KeySpec,
): Promise<ChosenKeyStore> {
  const origin = input.Origin ?? 'AWS_KMS';
  if (origin === 'EXTERNAL_KEY_STORE')
    throw new KmsError('UnsupportedOperationException', 'External key stores are not supported.');
  if (input.XksKeyId !== undefined) {
    throw new KmsError(
      'ValidationException',
      'XksKeyId is valid only when the Origin is EXTERNAL_KEY_STORE.',
    );
  }
  if (origin === 'AWS_CLOUDHSM') return customKeyStore(services, scope, input, keySpec);
  if (input.CustomKeyStoreId !== undefined) {
    throw new KmsError(
      'ValidationException',
      'CustomKeyStoreId is valid only when the Origin is AWS_CLOUDHSM or EXTERNAL_KEY_STORE.',
    );
  }
  if (origin === 'EXTERNAL') return { columns: { origin } };
  return { columns: { origin }, keyStore: services.keyStores.default };
}

async function customKeyStore(
  services: Services,
  scope: Scope,
  input: Input,
  keySpec: KeySpec,
): Promise<ChosenKeyStore> {
  const storeId = input.CustomKeyStoreId;
  if (storeId === undefined)
    throw new KmsError(
      'ValidationException',
      'CustomKeyStoreId is required when the Origin is AWS_CLOUDHSM.',
    );
  if (keySpec !== 'SYMMETRIC_DEFAULT') {
    throw new KmsError(
      'UnsupportedOperationException',
      `KeySpec ${keySpec} is not supported in a custom key store.`,
    );
  }
  if (input.MultiRegion)
    throw new KmsError(
      'UnsupportedOperationException',
      'Multi-Region keys are not supported in a custom key store.',
    );
  const row = await services.store.read((reader) => findKeyStore(reader, scope, storeId));
  if (!services.keyStores.isConnected(storeId)) {
    throw new KmsError(
      'CustomKeyStoreInvalidStateException',
      `Custom key store ${storeId} is ${row.state}; it must be CONNECTED.`,
    );
  }
  await services.store.read((reader) => requireTwoZones(reader, scope, row.clusterId));
  return {
    columns: { origin: 'AWS_CLOUDHSM', customKeyStoreId: storeId },
    keyStore: services.keyStores.storeFor({ customKeyStoreId: storeId }),
  };
}

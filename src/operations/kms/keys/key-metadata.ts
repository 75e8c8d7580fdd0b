import type { Response } from '../../../contract/index.ts';
import { keyArn, keyState, type KeyRecord } from '../../../domain/index.ts';
import type { Services } from '../../services.ts';

type KeyMetadata = NonNullable<Response<'kms', 'DescribeKey'>['KeyMetadata']>;

/** A key as CreateKey and DescribeKey show it. */
export async function keyMetadata({ keyStores, store }: Pick<Services, 'keyStores' | 'store'>, key: KeyRecord): Promise<KeyMetadata> {
  const { customKeyStoreId } = key;
  const state = keyState(key, customKeyStoreId === undefined || keyStores.isConnected(customKeyStoreId));
  const keyStore =
    customKeyStoreId === undefined
      ? undefined
      : await store.read((reader) => reader.get('keyStores', key.account, key.region, customKeyStoreId));
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: keyArn(key, key.keyId),
    CreationDate: new Date(key.creationDate),
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: key.keyUsage,
    KeyState: state,
    Origin: key.origin,
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: key.keySpec,
    KeySpec: key.keySpec,
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
    ...(key.deletionDate !== undefined && { DeletionDate: new Date(key.deletionDate) }),
    ...(key.origin === 'AWS_KMS' && { CurrentKeyMaterialId: key.currentMaterialId }),
    ...(customKeyStoreId !== undefined && { CustomKeyStoreId: customKeyStoreId }),
    ...(keyStore && { CloudHsmClusterId: keyStore.clusterId }),
  };
}

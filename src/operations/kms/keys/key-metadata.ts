import type { Response } from '../../../contract/index.ts';
import {
  algorithmsOf,
  keyArn,
  keySpecProperties,
  type KeyRow,
  type KeyUsage,
  type MaterialRow,
} from '../../../domain/index.ts';
import type { Reader } from '../../../storage/index.ts';
import { shownState } from '../../pipeline/shown-state.ts';
import type { Services } from '../../services.ts';
import { familyOf } from './key-family.ts';

type KeyMetadata = NonNullable<Response<'kms', 'DescribeKey'>['KeyMetadata']>;

/** Returns a key as CreateKey, DescribeKey and ReplicateKey show it. */
export function keyMetadata(
  { keyStores, store }: Pick<Services, 'keyStores' | 'store'>,
  key: KeyRow,
): Promise<KeyMetadata> {
  return store.read(async (reader) => {
    const state = shownState(keyStores, key);
    return {
      AWSAccountId: key.account,
      KeyId: key.keyId,
      Arn: keyArn(key, key.keyId),
      CreationDate: new Date(key.creationDate),
      Enabled: state === 'Enabled',
      Description: key.description,
      KeyUsage: key.keyUsage,
      KeyState: state,
      ...(key.deletionDate !== undefined && { DeletionDate: new Date(key.deletionDate) }),
      ...(key.replicaDeletionWindow !== undefined && {
        PendingDeletionWindowInDays: key.replicaDeletionWindow,
      }),
      Origin: key.origin,
      KeyManager: key.keyManager,
      // AWS fills this member for newer specs too, although its type does not list them.
      CustomerMasterKeySpec: key.keySpec as KeyMetadata['CustomerMasterKeySpec'] & string,
      KeySpec: key.keySpec,
      ...supportedAlgorithms(key),
      ...(await multiRegionPart(reader, key)),
      ...(await materialPart(reader, key)),
      ...(await keyStorePart(reader, key)),
    };
  });
}

/** The member of GetPublicKey and KeyMetadata that lists the algorithms of each usage. */
const algorithmMembers = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  ENCAPSULATE_DECAPSULATE: 'EncapsulationAlgorithms',
} as const satisfies Record<KeyUsage, keyof KeyMetadata>;

/** Returns the member for the key's usage, with the algorithms that the key supports. */
export function supportedAlgorithms({
  keySpec,
  keyUsage,
}: Pick<KeyRow, 'keySpec' | 'keyUsage'>): Partial<KeyMetadata> {
  return { [algorithmMembers[keyUsage]]: algorithmsOf(keySpec, keyUsage) };
}

async function multiRegionPart(
  reader: Reader,
  key: KeyRow,
): Promise<Pick<KeyMetadata, 'MultiRegion' | 'MultiRegionConfiguration'>> {
  if (key.primaryRegion === undefined) return { MultiRegion: false };
  const entries = (await familyOf(reader, key)).map(({ account, region, keyId }) => ({
    Arn: keyArn({ account, region }, keyId),
    Region: region,
  }));
  const primary = entries.find(({ Region }) => Region === key.primaryRegion);
  return {
    MultiRegion: true,
    MultiRegionConfiguration: {
      MultiRegionKeyType: key.region === key.primaryRegion ? 'PRIMARY' : 'REPLICA',
      ...(primary && { PrimaryKey: primary }),
      ReplicaKeys: entries.filter((entry) => entry !== primary),
    },
  };
}

async function materialPart(reader: Reader, key: KeyRow): Promise<Partial<KeyMetadata>> {
  const shown =
    keySpecProperties(key.keySpec).family === 'symmetric' && key.origin !== 'AWS_CLOUDHSM';
  const current = shown &&
    key.currentMaterialId !== undefined && { CurrentKeyMaterialId: key.currentMaterialId };
  return {
    ...current,
    ...(key.origin === 'EXTERNAL' &&
      expiryOf(await reader.find('materials', 'byKey', [key.account, key.region, key.keyId]))),
  };
}

/** Returns whether any permanent imported material expires, and the earliest expiry. */
function expiryOf(
  materials: readonly MaterialRow[],
): Pick<KeyMetadata, 'ExpirationModel' | 'ValidTo'> {
  const imported = materials.filter(
    ({ state, importState }) =>
      (state === 'CURRENT' || state === 'NON_CURRENT') && importState === 'IMPORTED',
  );
  if (imported.length === 0) return {};
  const validTo = Math.min(...imported.map((material) => material.validTo ?? Infinity));
  if (validTo === Infinity) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date(validTo) };
}

async function keyStorePart(
  reader: Reader,
  { account, region, customKeyStoreId }: KeyRow,
): Promise<Partial<KeyMetadata>> {
  if (customKeyStoreId === undefined) return {};
  const home = await reader.get('keyStores', account, region, customKeyStoreId);
  return { CustomKeyStoreId: customKeyStoreId, ...(home && { CloudHsmClusterId: home.clusterId }) };
}

/** The conformance tables of all KMS operations, grouped by the stage that they share. */
import type { Table } from './harness/table.ts';
import { CancelKeyDeletion } from './kms/CancelKeyDeletion.ts';
import { ConnectCustomKeyStore } from './kms/ConnectCustomKeyStore.ts';
import { CreateAlias } from './kms/CreateAlias.ts';
import { CreateCustomKeyStore } from './kms/CreateCustomKeyStore.ts';
import { CreateGrant } from './kms/CreateGrant.ts';
import { CreateKey } from './kms/CreateKey.ts';
import { Decapsulate } from './kms/Decapsulate.ts';
import { Decrypt } from './kms/Decrypt.ts';
import { DeleteAlias } from './kms/DeleteAlias.ts';
import { DeleteCustomKeyStore } from './kms/DeleteCustomKeyStore.ts';
import { DeriveSharedSecret } from './kms/DeriveSharedSecret.ts';
import { DescribeCustomKeyStores } from './kms/DescribeCustomKeyStores.ts';
import { DescribeKey } from './kms/DescribeKey.ts';
import { DisableKey } from './kms/DisableKey.ts';
import { DisableKeyRotation } from './kms/DisableKeyRotation.ts';
import { DisconnectCustomKeyStore } from './kms/DisconnectCustomKeyStore.ts';
import { EnableKey } from './kms/EnableKey.ts';
import { EnableKeyRotation } from './kms/EnableKeyRotation.ts';
import { Encapsulate } from './kms/Encapsulate.ts';
import { Encrypt } from './kms/Encrypt.ts';
import { GenerateDataKey } from './kms/GenerateDataKey.ts';
import { GenerateDataKeyPair } from './kms/GenerateDataKeyPair.ts';
import { GenerateDataKeyPairWithoutPlaintext } from './kms/GenerateDataKeyPairWithoutPlaintext.ts';
import { GenerateDataKeyWithoutPlaintext } from './kms/GenerateDataKeyWithoutPlaintext.ts';
import { GenerateMac } from './kms/GenerateMac.ts';
import { GenerateRandom } from './kms/GenerateRandom.ts';
import { GetKeyLastUsage } from './kms/GetKeyLastUsage.ts';
import { GetKeyPolicy } from './kms/GetKeyPolicy.ts';
import { GetKeyRotationStatus } from './kms/GetKeyRotationStatus.ts';
import { GetPublicKey } from './kms/GetPublicKey.ts';
import { DeleteImportedKeyMaterial } from './kms/DeleteImportedKeyMaterial.ts';
import { GetParametersForImport } from './kms/GetParametersForImport.ts';
import { ImportKeyMaterial } from './kms/ImportKeyMaterial.ts';
import { ListAliases } from './kms/ListAliases.ts';
import { ListGrants } from './kms/ListGrants.ts';
import { ListKeyPolicies } from './kms/ListKeyPolicies.ts';
import { ListKeyRotations } from './kms/ListKeyRotations.ts';
import { ListKeys } from './kms/ListKeys.ts';
import { ListResourceTags } from './kms/ListResourceTags.ts';
import { ListRetirableGrants } from './kms/ListRetirableGrants.ts';
import { PutKeyPolicy } from './kms/PutKeyPolicy.ts';
import { ReEncrypt } from './kms/ReEncrypt.ts';
import { ReplicateKey } from './kms/ReplicateKey.ts';
import { RetireGrant } from './kms/RetireGrant.ts';
import { RevokeGrant } from './kms/RevokeGrant.ts';
import { RotateKeyOnDemand } from './kms/RotateKeyOnDemand.ts';
import { ScheduleKeyDeletion } from './kms/ScheduleKeyDeletion.ts';
import { Sign } from './kms/Sign.ts';
import { TagResource } from './kms/TagResource.ts';
import { UntagResource } from './kms/UntagResource.ts';
import { UpdateAlias } from './kms/UpdateAlias.ts';
import { UpdateCustomKeyStore } from './kms/UpdateCustomKeyStore.ts';
import { UpdateKeyDescription } from './kms/UpdateKeyDescription.ts';
import { UpdatePrimaryRegion } from './kms/UpdatePrimaryRegion.ts';
import { Verify } from './kms/Verify.ts';
import { VerifyMac } from './kms/VerifyMac.ts';

export const cryptographicTables: readonly Table[] = [
  Encrypt,
  Decrypt,
  ReEncrypt,
  GenerateDataKey,
  GenerateDataKeyWithoutPlaintext,
  GenerateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext,
  GenerateRandom,
  Sign,
  Verify,
  GenerateMac,
  VerifyMac,
  DeriveSharedSecret,
  Encapsulate,
  Decapsulate,
  GetPublicKey,
];

export const keyTables: readonly Table[] = [
  CreateKey,
  DescribeKey,
  ListKeys,
  EnableKey,
  DisableKey,
  UpdateKeyDescription,
  GetKeyLastUsage,
  ScheduleKeyDeletion,
  CancelKeyDeletion,
  EnableKeyRotation,
  DisableKeyRotation,
  GetKeyRotationStatus,
  ListKeyRotations,
  RotateKeyOnDemand,
  DeleteImportedKeyMaterial,
  GetParametersForImport,
  ImportKeyMaterial,
  ReplicateKey,
  UpdatePrimaryRegion,
];

export const attachmentTables: readonly Table[] = [
  CreateAlias,
  UpdateAlias,
  DeleteAlias,
  ListAliases,
  TagResource,
  UntagResource,
  ListResourceTags,
  GetKeyPolicy,
  PutKeyPolicy,
  ListKeyPolicies,
  CreateGrant,
  ListGrants,
  ListRetirableGrants,
  RetireGrant,
  RevokeGrant,
];

/** Tables that share one cluster. */
export const customKeyStoreTables: readonly Table[] = [
  CreateCustomKeyStore,
  ConnectCustomKeyStore,
  DescribeCustomKeyStores,
  UpdateCustomKeyStore,
  DisconnectCustomKeyStore,
  DeleteCustomKeyStore,
];

export const tables: readonly Table[] = [
  ...cryptographicTables,
  ...keyTables,
  ...attachmentTables,
  ...customKeyStoreTables,
];

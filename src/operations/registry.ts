import type { OperationName, ServiceName } from '../contract/index.ts';
import { CopyBackupToRegion } from './cloudhsm/CopyBackupToRegion.ts';
import { DeleteBackup } from './cloudhsm/DeleteBackup.ts';
import { DeleteResourcePolicy } from './cloudhsm/DeleteResourcePolicy.ts';
import { DescribeBackups } from './cloudhsm/DescribeBackups.ts';
import { GetResourcePolicy } from './cloudhsm/GetResourcePolicy.ts';
import { ModifyBackupAttributes } from './cloudhsm/ModifyBackupAttributes.ts';
import { ModifyCluster } from './cloudhsm/ModifyCluster.ts';
import { PutResourcePolicy } from './cloudhsm/PutResourcePolicy.ts';
import { RestoreBackup } from './cloudhsm/RestoreBackup.ts';
import { CreateCluster } from './cloudhsm/CreateCluster.ts';
import { CreateHsm } from './cloudhsm/CreateHsm.ts';
import { DeleteCluster } from './cloudhsm/DeleteCluster.ts';
import { DeleteHsm } from './cloudhsm/DeleteHsm.ts';
import { DescribeClusters } from './cloudhsm/DescribeClusters.ts';
import { InitializeCluster } from './cloudhsm/InitializeCluster.ts';
import { ListTags } from './cloudhsm/ListTags.ts';
import { TagResource as TagCluster } from './cloudhsm/TagResource.ts';
import { UntagResource as UntagCluster } from './cloudhsm/UntagResource.ts';
import { AuthorizeRestore } from './keyhold/AuthorizeRestore.ts';
import { CreateAccount } from './keyhold/CreateAccount.ts';
import { LookupEvents } from './cloudtrail/LookupEvents.ts';
import { CreateBackup } from './keyhold/CreateBackup.ts';
import { DescribeStatus } from './keyhold/DescribeStatus.ts';
import { ListBackups } from './keyhold/ListBackups.ts';
import { ExplainAccess } from './keyhold/ExplainAccess.ts';
import { LintPolicy } from './keyhold/LintPolicy.ts';
import { ListKeyAccess } from './keyhold/ListKeyAccess.ts';
import { GetServiceControlPolicies } from './keyhold/GetServiceControlPolicies.ts';
import { ListAccounts } from './keyhold/ListAccounts.ts';
import { PutServiceControlPolicies } from './keyhold/PutServiceControlPolicies.ts';
import { CreateAlias } from './kms/aliases/CreateAlias.ts';
import { DeleteAlias } from './kms/aliases/DeleteAlias.ts';
import { ListAliases } from './kms/aliases/ListAliases.ts';
import { UpdateAlias } from './kms/aliases/UpdateAlias.ts';
import { Decapsulate } from './kms/cryptographic/Decapsulate.ts';
import { Decrypt } from './kms/cryptographic/Decrypt.ts';
import { DeriveSharedSecret } from './kms/cryptographic/DeriveSharedSecret.ts';
import { Encapsulate } from './kms/cryptographic/Encapsulate.ts';
import { Encrypt } from './kms/cryptographic/Encrypt.ts';
import { GenerateDataKey } from './kms/cryptographic/GenerateDataKey.ts';
import { GenerateDataKeyPair } from './kms/cryptographic/GenerateDataKeyPair.ts';
import { GenerateDataKeyPairWithoutPlaintext } from './kms/cryptographic/GenerateDataKeyPairWithoutPlaintext.ts';
import { GenerateDataKeyWithoutPlaintext } from './kms/cryptographic/GenerateDataKeyWithoutPlaintext.ts';
import { GenerateMac } from './kms/cryptographic/GenerateMac.ts';
import { GenerateRandom } from './kms/cryptographic/GenerateRandom.ts';
import { GetPublicKey } from './kms/cryptographic/GetPublicKey.ts';
import { ReEncrypt } from './kms/cryptographic/ReEncrypt.ts';
import { Sign } from './kms/cryptographic/Sign.ts';
import { Verify } from './kms/cryptographic/Verify.ts';
import { VerifyMac } from './kms/cryptographic/VerifyMac.ts';
import { ConnectCustomKeyStore } from './kms/custom-key-stores/ConnectCustomKeyStore.ts';
import { CreateCustomKeyStore } from './kms/custom-key-stores/CreateCustomKeyStore.ts';
import { DeleteCustomKeyStore } from './kms/custom-key-stores/DeleteCustomKeyStore.ts';
import { DescribeCustomKeyStores } from './kms/custom-key-stores/DescribeCustomKeyStores.ts';
import { DisconnectCustomKeyStore } from './kms/custom-key-stores/DisconnectCustomKeyStore.ts';
import { UpdateCustomKeyStore } from './kms/custom-key-stores/UpdateCustomKeyStore.ts';
import { CancelKeyDeletion } from './kms/deletion/CancelKeyDeletion.ts';
import { ScheduleKeyDeletion } from './kms/deletion/ScheduleKeyDeletion.ts';
import { CreateGrant } from './kms/grants/CreateGrant.ts';
import { ListGrants } from './kms/grants/ListGrants.ts';
import { ListRetirableGrants } from './kms/grants/ListRetirableGrants.ts';
import { RetireGrant } from './kms/grants/RetireGrant.ts';
import { RevokeGrant } from './kms/grants/RevokeGrant.ts';
import { DeleteImportedKeyMaterial } from './kms/import/DeleteImportedKeyMaterial.ts';
import { GetParametersForImport } from './kms/import/GetParametersForImport.ts';
import { ImportKeyMaterial } from './kms/import/ImportKeyMaterial.ts';
import { CreateKey } from './kms/keys/CreateKey.ts';
import { DescribeKey } from './kms/keys/DescribeKey.ts';
import { DisableKey } from './kms/keys/DisableKey.ts';
import { EnableKey } from './kms/keys/EnableKey.ts';
import { GetKeyLastUsage } from './kms/keys/GetKeyLastUsage.ts';
import { ListKeys } from './kms/keys/ListKeys.ts';
import { UpdateKeyDescription } from './kms/keys/UpdateKeyDescription.ts';
import { ReplicateKey } from './kms/multi-region/ReplicateKey.ts';
import { UpdatePrimaryRegion } from './kms/multi-region/UpdatePrimaryRegion.ts';
import { GetKeyPolicy } from './kms/policies/GetKeyPolicy.ts';
import { ListKeyPolicies } from './kms/policies/ListKeyPolicies.ts';
import { PutKeyPolicy } from './kms/policies/PutKeyPolicy.ts';
import { DisableKeyRotation } from './kms/rotation/DisableKeyRotation.ts';
import { EnableKeyRotation } from './kms/rotation/EnableKeyRotation.ts';
import { GetKeyRotationStatus } from './kms/rotation/GetKeyRotationStatus.ts';
import { ListKeyRotations } from './kms/rotation/ListKeyRotations.ts';
import { RotateKeyOnDemand } from './kms/rotation/RotateKeyOnDemand.ts';
import { ListResourceTags } from './kms/tags/ListResourceTags.ts';
import { TagResource } from './kms/tags/TagResource.ts';
import { UntagResource } from './kms/tags/UntagResource.ts';
import * as iamAccessKeys from './iam/access-keys.ts';
import * as iamAbsent from './iam/absent.ts';
import * as iamAccount from './iam/account.ts';
import * as iamAttachedPolicies from './iam/attached-policies.ts';
import * as iamBoundaries from './iam/boundaries.ts';
import * as iamGroups from './iam/groups.ts';
import * as iamInlinePolicies from './iam/inline-policies.ts';
import * as iamManagedPolicies from './iam/managed-policies.ts';
import * as iamManagedPolicyListings from './iam/managed-policy-listings.ts';
import * as iamProviders from './iam/oidc-providers.ts';
import * as iamRoles from './iam/roles.ts';
import * as iamUsers from './iam/users.ts';
import type { Operation } from './operation.ts';
import { AssumeRole } from './sts/AssumeRole.ts';
import { AssumeRoleWithWebIdentity } from './sts/AssumeRoleWithWebIdentity.ts';
import { GetAccessKeyInfo } from './sts/GetAccessKeyInfo.ts';
import { GetCallerIdentity } from './sts/GetCallerIdentity.ts';
import { GetSessionToken } from './sts/GetSessionToken.ts';

/** Every operation, named exactly as in the contract. A missing one does not compile. */
const operations = {
  kms: {
    CancelKeyDeletion,
    ConnectCustomKeyStore,
    CreateAlias,
    CreateCustomKeyStore,
    CreateGrant,
    CreateKey,
    Decapsulate,
    Decrypt,
    DeleteAlias,
    DeleteCustomKeyStore,
    DeleteImportedKeyMaterial,
    DeriveSharedSecret,
    DescribeCustomKeyStores,
    DescribeKey,
    DisableKey,
    DisableKeyRotation,
    DisconnectCustomKeyStore,
    EnableKey,
    EnableKeyRotation,
    Encapsulate,
    Encrypt,
    GenerateDataKey,
    GenerateDataKeyPair,
    GenerateDataKeyPairWithoutPlaintext,
    GenerateDataKeyWithoutPlaintext,
    GenerateMac,
    GenerateRandom,
    GetKeyLastUsage,
    GetKeyPolicy,
    GetKeyRotationStatus,
    GetParametersForImport,
    GetPublicKey,
    ImportKeyMaterial,
    ListAliases,
    ListGrants,
    ListKeyPolicies,
    ListKeyRotations,
    ListKeys,
    ListResourceTags,
    ListRetirableGrants,
    PutKeyPolicy,
    ReEncrypt,
    ReplicateKey,
    RetireGrant,
    RevokeGrant,
    RotateKeyOnDemand,
    ScheduleKeyDeletion,
    Sign,
    TagResource,
    UntagResource,
    UpdateAlias,
    UpdateCustomKeyStore,
    UpdateKeyDescription,
    UpdatePrimaryRegion,
    Verify,
    VerifyMac,
  },
  cloudhsm: {
    CopyBackupToRegion,
    CreateCluster,
    CreateHsm,
    DeleteBackup,
    DeleteCluster,
    DeleteHsm,
    DeleteResourcePolicy,
    DescribeBackups,
    DescribeClusters,
    GetResourcePolicy,
    InitializeCluster,
    ListTags,
    ModifyBackupAttributes,
    ModifyCluster,
    PutResourcePolicy,
    RestoreBackup,
    TagResource: TagCluster,
    UntagResource: UntagCluster,
  },
  cloudtrail: { LookupEvents },
  iam: {
    ...iamAccessKeys,
    ...iamAbsent,
    ...iamAccount,
    ...iamAttachedPolicies,
    ...iamBoundaries,
    ...iamGroups,
    ...iamInlinePolicies,
    ...iamManagedPolicies,
    ...iamManagedPolicyListings,
    ...iamProviders,
    ...iamRoles,
    ...iamUsers,
  },
  sts: {
    AssumeRole,
    AssumeRoleWithWebIdentity,
    GetAccessKeyInfo,
    GetCallerIdentity,
    GetSessionToken,
  },
  keyhold: {
    AuthorizeRestore,
    CreateAccount,
    CreateBackup,
    DescribeStatus,
    ExplainAccess,
    GetServiceControlPolicies,
    LintPolicy,
    ListAccounts,
    ListBackups,
    ListKeyAccess,
    PutServiceControlPolicies,
  },
} as const satisfies { [S in ServiceName]: { [N in OperationName<S>]: Operation } };

function byName(of: Readonly<Record<string, Operation>>): ReadonlyMap<string, Operation> {
  return new Map(Object.entries(of));
}

export const registry: Readonly<Record<ServiceName, ReadonlyMap<string, Operation>>> = {
  kms: byName(operations.kms),
  cloudhsm: byName(operations.cloudhsm),
  cloudtrail: byName(operations.cloudtrail),
  iam: byName(operations.iam),
  sts: byName(operations.sts),
  keyhold: byName(operations.keyhold),
};

/**
 * Actions that one account can perform on another's key or role, if both allow it. All others stay
 * within the key's own account, whatever policies say. Source: the notes "Cross-account use" in the
 * AWS KMS API Reference.
 */
const actions: ReadonlySet<string> = new Set(
  [
    'Encrypt',
    'Decrypt',
    'ReEncryptFrom',
    'ReEncryptTo',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
    'Sign',
    'Verify',
    'GenerateMac',
    'VerifyMac',
    'DeriveSharedSecret',
    'Encapsulate',
    'Decapsulate',
    'DescribeKey',
    'GetPublicKey',
    'GetKeyRotationStatus',
    'CreateGrant',
    'ListGrants',
    'RetireGrant',
    'RevokeGrant',
  ]
    .map((name) => `kms:${name}`)
    .concat(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'])
    .map((action) => action.toLowerCase()),
);

/**
 * Returns whether the action (in lower case) works across accounts. Actions of other services do,
 * on resources that have a policy of their own: a role can be assumed.
 */
export function worksAcrossAccounts(action: string): boolean {
  return actions.has(action) || !action.startsWith('kms:');
}

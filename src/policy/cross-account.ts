/**
 * What one account can do to another's key or role, if both allow it. All else stays in the key's own account, whatever policies
 * say. Source: the notes "Cross-account use" in the AWS KMS API Reference.
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

/** `action` in lower case. Other services' actions on what has a policy of its own do: a role can be assumed. */
export function worksAcrossAccounts(action: string): boolean {
  return actions.has(action) || !action.startsWith('kms:');
}

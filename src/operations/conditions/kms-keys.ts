import { imageSha384, pcr, tpmPcr } from './attestation.ts';
import {
  fromInput,
  keyOf,
  member,
  text,
  type ConditionInputs,
  type ConditionKeyReader,
  type NamedKeyReader,
} from './condition-inputs.ts';
import {
  encryptionAlgorithm,
  encryptionContextKeys,
  encryptionContextValue,
  grantConstraintType,
} from './encryption-context.ts';

/** The reader of a condition key, and the actions that have the key. Defaults to all actions. */
interface KmsKey {
  readonly read: ConditionKeyReader;
  readonly actions?: ReadonlySet<string>;
}

const on = (...names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((name) => `kms:${name}`));

const encryption = on(
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
);
const grants = on('CreateGrant', 'ListGrants', 'RevokeGrant');
/** Actions on the account as a whole, which have no `kms:CallerAccount`. */
const withoutCaller = on('ListKeys', 'ListAliases', 'ListRetirableGrants', 'GenerateRandom');

/** Reads the spec of the existing key, or the one that CreateKey would use. */
const keySpec: ConditionKeyReader = (inputs) =>
  keyOf(inputs)?.keySpec ??
  whenCreating(inputs, ['KeySpec', 'CustomerMasterKeySpec'], 'SYMMETRIC_DEFAULT');
const keyUsage: ConditionKeyReader = (inputs) =>
  keyOf(inputs)?.keyUsage ?? whenCreating(inputs, ['KeyUsage'], 'ENCRYPT_DECRYPT');
const keyOrigin: ConditionKeyReader = (inputs) =>
  keyOf(inputs)?.origin ?? whenCreating(inputs, ['Origin'], 'AWS_KMS');
const multiRegion: ConditionKeyReader = (inputs) => {
  const key = keyOf(inputs);
  return key
    ? String(key.primaryRegion !== undefined)
    : whenCreating(inputs, ['MultiRegion'], 'false');
};

function whenCreating(
  inputs: ConditionInputs,
  members: readonly string[],
  otherwise: string,
): string | undefined {
  if (inputs.action !== 'kms:CreateKey') return undefined;
  for (const name of members) {
    const value = text(member(inputs, name));
    if (value !== undefined) return value;
  }
  return otherwise;
}

const multiRegionKeyType: ConditionKeyReader = (inputs) => {
  const key = keyOf(inputs);
  if (!key)
    return whenCreating(inputs, [], 'PRIMARY') && text(member(inputs, 'MultiRegion')) === 'true'
      ? 'PRIMARY'
      : undefined;
  if (key.primaryRegion === undefined) return undefined;
  return key.primaryRegion === key.region ? 'PRIMARY' : 'REPLICA';
};

/** Reads the alias that names the key in the request, without the rest of an alias ARN. */
const requestAlias: ConditionKeyReader = ({ target }) => {
  const id = 'id' in target ? target.id : undefined;
  return /^(?:arn:[^:]*:kms:[^:]*:\d*:)?(alias\/.*)$/.exec(id ?? '')?.[1];
};

const reEncryptOnSameKey: ConditionKeyReader = ({ allResolved }) => {
  const [source, destination] = [allResolved['source'], allResolved['destination']];
  return source && destination && String(source.arn === destination.arn);
};

const validTo: ConditionKeyReader = (inputs) => {
  const date = member(inputs, 'ValidTo');
  return date instanceof Date ? date.toISOString() : undefined;
};

const operations: ConditionKeyReader = (inputs) => {
  const list = member(inputs, 'Operations');
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined;
};

const orElse =
  (name: string, otherwise: string): ConditionKeyReader =>
  (inputs) =>
    text(member(inputs, name)) ?? otherwise;

/**
 * The condition keys of AWS KMS, in lower case. Keys about a parameter have its default value if it
 * is omitted. No request has `kms:ViaService`.
 * Source: "Condition keys for AWS KMS" in the KMS Developer Guide; the Service Authorization
 * Reference.
 */
export const kmsKeys: Readonly<Record<string, KmsKey>> = {
  'kms:calleraccount': {
    read: (inputs) =>
      withoutCaller.has(inputs.action) ? undefined : inputs.request.caller.account,
  },
  'kms:keyspec': { read: keySpec },
  'kms:keyusage': { read: keyUsage },
  'kms:keyorigin': { read: keyOrigin },
  'kms:customermasterkeyspec': { read: keySpec },
  'kms:customermasterkeyusage': { read: keyUsage },
  'kms:multiregion': { read: multiRegion },
  'kms:multiregionkeytype': { read: multiRegionKeyType },
  'kms:resourcealiases': { read: ({ aliases }) => aliases },
  'kms:requestalias': { read: requestAlias },
  'kms:encryptionalgorithm': { read: encryptionAlgorithm, actions: encryption },
  'kms:encryptioncontextkeys': { read: encryptionContextKeys },
  'kms:datakeypairspec': { read: fromInput('KeyPairSpec') },
  'kms:reencryptonsamekey': {
    read: reEncryptOnSameKey,
    actions: on('ReEncryptFrom', 'ReEncryptTo'),
  },
  'kms:signingalgorithm': { read: fromInput('SigningAlgorithm') },
  'kms:messagetype': { read: orElse('MessageType', 'RAW'), actions: on('Sign', 'Verify') },
  'kms:macalgorithm': { read: fromInput('MacAlgorithm') },
  'kms:keyagreementalgorithm': { read: fromInput('KeyAgreementAlgorithm') },
  'kms:grantisforawsresource': { read: () => 'false', actions: grants },
  'kms:grantoperations': { read: operations, actions: on('CreateGrant') },
  'kms:granteeprincipal': { read: fromInput('GranteePrincipal'), actions: on('CreateGrant') },
  'kms:retiringprincipal': { read: fromInput('RetiringPrincipal'), actions: on('CreateGrant') },
  'kms:granteeserviceprincipal': {
    read: fromInput('GranteeServicePrincipal'),
    actions: on('CreateGrant'),
  },
  'kms:retiringserviceprincipal': {
    read: fromInput('RetiringServicePrincipal'),
    actions: on('CreateGrant'),
  },
  'kms:grantconstrainttype': {
    read: grantConstraintType,
    actions: on('CreateGrant', 'RetireGrant'),
  },
  'kms:bypasspolicylockoutsafetycheck': { read: fromInput('BypassPolicyLockoutSafetyCheck') },
  'kms:expirationmodel': { read: fromInput('ExpirationModel') },
  'kms:validto': { read: validTo },
  'kms:wrappingalgorithm': { read: fromInput('WrappingAlgorithm') },
  'kms:wrappingkeyspec': { read: fromInput('WrappingKeySpec') },
  'kms:rotationperiodindays': {
    read: orElse('RotationPeriodInDays', '365'),
    actions: on('EnableKeyRotation'),
  },
  'kms:schedulekeydeletionpendingwindowindays': {
    read: orElse('PendingWindowInDays', '30'),
    actions: on('ScheduleKeyDeletion'),
  },
  'kms:trailingdayswithoutkeyusage': {
    read: ({ idleDays }) => text(idleDays),
    actions: on('ScheduleKeyDeletion', 'DisableKey'),
  },
  'kms:replicaregion': { read: fromInput('ReplicaRegion') },
  'kms:primaryregion': { read: fromInput('PrimaryRegion') },
  'kms:recipientattestation:imagesha384': { read: imageSha384 },
};

export const kmsNamedKeys: Readonly<Record<string, NamedKeyReader>> = {
  'kms:encryptioncontext:': encryptionContextValue,
  'kms:recipientattestation:pcr': pcr,
  'kms:recipientattestation:nitrotpmpcr': tpmPcr,
};

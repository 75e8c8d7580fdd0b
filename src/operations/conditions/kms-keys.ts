import { imageSha384, pcr, tpmPcr } from './attestation.ts';
import {
  fromInput,
  keyOf,
  member,
  text,
  type Facts,
  type Read,
  type ReadNamed,
} from './condition-inputs.ts';
import {
  encryptionAlgorithm,
  encryptionContextKeys,
  encryptionContextValue,
  grantConstraintType,
} from './encryption-context.ts';

/** How a condition key is read, and for which actions; for all, if it doesn't say. */
interface KmsKey {
  readonly read: Read;
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
/** Of the whole account, so that there is no saying whose resource it is about. */
const withoutCaller = on('ListKeys', 'ListAliases', 'ListRetirableGrants', 'GenerateRandom');

/** What a new key would be, or what the key at hand is. */
const keySpec: Read = (facts) =>
  keyOf(facts)?.keySpec ??
  whenCreating(facts, ['KeySpec', 'CustomerMasterKeySpec'], 'SYMMETRIC_DEFAULT');
const keyUsage: Read = (facts) =>
  keyOf(facts)?.keyUsage ?? whenCreating(facts, ['KeyUsage'], 'ENCRYPT_DECRYPT');
const keyOrigin: Read = (facts) =>
  keyOf(facts)?.origin ?? whenCreating(facts, ['Origin'], 'AWS_KMS');
const multiRegion: Read = (facts) => {
  const key = keyOf(facts);
  return key
    ? String(key.primaryRegion !== undefined)
    : whenCreating(facts, ['MultiRegion'], 'false');
};

function whenCreating(
  facts: Facts,
  members: readonly string[],
  otherwise: string,
): string | undefined {
  if (facts.action !== 'kms:CreateKey') return undefined;
  for (const name of members) {
    const value = text(member(facts, name));
    if (value !== undefined) return value;
  }
  return otherwise;
}

const multiRegionKeyType: Read = (facts) => {
  const key = keyOf(facts);
  if (!key)
    return whenCreating(facts, [], 'PRIMARY') && text(member(facts, 'MultiRegion')) === 'true'
      ? 'PRIMARY'
      : undefined;
  if (key.primaryRegion === undefined) return undefined;
  return key.primaryRegion === key.region ? 'PRIMARY' : 'REPLICA';
};

/** The alias that names the key in the request, without the rest of an alias ARN. */
const requestAlias: Read = ({ target }) => {
  const id = 'id' in target ? target.id : undefined;
  return /^(?:arn:[^:]*:kms:[^:]*:\d*:)?(alias\/.*)$/.exec(id ?? '')?.[1];
};

const reEncryptOnSameKey: Read = ({ all }) => {
  const [source, destination] = [all['source'], all['destination']];
  return source && destination && String(source.arn === destination.arn);
};

const validTo: Read = (facts) => {
  const date = member(facts, 'ValidTo');
  return date instanceof Date ? date.toISOString() : undefined;
};

const operations: Read = (facts) => {
  const list = member(facts, 'Operations');
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined;
};

const orElse =
  (name: string, otherwise: string): Read =>
  (facts) =>
    text(member(facts, name)) ?? otherwise;

/**
 * The condition keys of AWS KMS, in lower case. Those that are about a parameter see its default where it is left out.
 * `kms:ViaService` is in no request yet.
 * Source: "Condition keys for AWS KMS" in the KMS Developer Guide; the Service Authorization Reference.
 */
export const kmsKeys: Readonly<Record<string, KmsKey>> = {
  'kms:calleraccount': {
    read: (facts) => (withoutCaller.has(facts.action) ? undefined : facts.request.caller.account),
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

export const kmsNamedKeys: Readonly<Record<string, ReadNamed>> = {
  'kms:encryptioncontext:': encryptionContextValue,
  'kms:recipientattestation:pcr': pcr,
  'kms:recipientattestation:nitrotpmpcr': tpmPcr,
};

/**
 * The output of cloudhsm-cli, with its inconsistencies. Source: its reference in the AWS CloudHSM
 * User Guide.
 */
import {
  formatFingerprint,
  type BackupHeader,
  type BackupSummary,
  type Coverage,
  type HsmInfo,
  type KeyInfo,
  type QuorumTokenInfo,
  type UserInfo,
} from '../../hsm/wire/index.ts';

export function coverageShape({ on, of }: Coverage): string {
  return on === of ? 'full' : `${on} of ${of}`;
}

export function userShape(user: UserInfo): object {
  return {
    username: user.username,
    role: user.role,
    locked: user.locked,
    // cloudhsm-cli has no such state, so the member is only there if it is true.
    ...(user.disabled && { disabled: true }),
    mfa: [],
    quorum: user.approver ? [{ strategy: 'token-sign', status: 'enabled' }] : [],
    'cluster-coverage': coverageShape(user.coverage),
  };
}

export function reference(handle: string): string {
  return `0x${handle}`;
}

export function keyReferenceShape({ handle }: KeyInfo): object {
  return { 'key-reference': reference(handle) };
}

export function keyBriefShape({ handle, attributes }: KeyInfo): object {
  return { 'key-reference': reference(handle), attributes: { label: attributes.label } };
}

export function keyShape({
  handle,
  owner,
  sharedUsers,
  coverage: copies,
  attributes,
}: KeyInfo): object {
  return {
    'key-reference': reference(handle),
    'key-info': {
      'key-owners': [{ username: owner, 'key-coverage': coverageShape(copies) }],
      'shared-users': sharedUsers.map((username) => ({
        username,
        'key-coverage': coverageShape(copies),
      })),
      'key-quorum-values': { 'manage-key-quorum-value': 0, 'use-key-quorum-value': 0 },
      'cluster-coverage': coverageShape(copies),
    },
    attributes,
  };
}

/**
 * Adds the HSM's ID and fingerprint to AWS's members. A software HSM has no hardware, hence version
 * 0.0.
 */
export function hsmShape(info: HsmInfo): object {
  const [major = '0', minor = '0', build = '0'] = info.firmwareVersion.split('.');
  return {
    'hsm-id': info.hsmId,
    lifecycle: info.lifecycle,
    vendor: info.vendor,
    model: info.model,
    'serial-number': info.serialNumber,
    'hardware-version-major': '0',
    'hardware-version-minor': '0',
    'firmware-version-major': major,
    'firmware-version-minor': minor,
    'firmware-build-number': build,
    'firmware-id': `${info.model}-FW-${info.firmwareVersion}`,
    'fips-state': info.fipsState,
    fingerprint: formatFingerprint(info.fingerprint),
  };
}

export function tokenShape({
  service,
  username,
  approvalsRequired,
  createdAt,
  expiresAt,
  keyHandle,
  operation,
}: QuorumTokenInfo): object {
  return {
    service,
    'approvals-required': { value: approvalsRequired },
    'user-info': { username },
    ...(keyHandle !== undefined && { 'key-reference': reference(keyHandle) }),
    ...(operation !== undefined && { 'operation-sha256': operation }),
    'created-at': new Date(createdAt).toISOString(),
    'expires-at': new Date(expiresAt).toISOString(),
  };
}

export function backupShape(
  path: string,
  { clusterId, hsmId, mode, createdAt, userCount, keys }: BackupHeader,
): object {
  return {
    path,
    'cluster-id': clusterId,
    'hsm-id': hsmId,
    mode,
    'created-at': new Date(createdAt).toISOString(),
    'user-count': userCount,
    'key-count': keys.length,
    keys: keys.map(({ handle, label, owner }) => ({
      'key-reference': reference(handle),
      label,
      owner,
    })),
  };
}

export function backupSummaryShape({
  clusterId,
  createdAt,
  userCount,
  keyCount,
  related,
}: BackupSummary): object {
  const counts = { 'user-count': userCount, 'key-count': keyCount };
  return {
    'cluster-id': clusterId,
    'created-at': new Date(createdAt).toISOString(),
    ...counts,
    related,
    message: 'Backup is intact',
  };
}

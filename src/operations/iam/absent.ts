/**
 * Operations about features that Keyhold does not have: console passwords, MFA devices, and keys
 * and certificates for other services. Clients call them before they delete a user.
 */
import { defineOperation } from '../operation.ts';
import { rowOf } from '../row-ref.ts';
import { collectionTarget, noSuchEntity, ofUser } from './entities.ts';

export const GetLoginProfile = defineOperation('iam', 'GetLoginProfile', {
  effect: 'read',
  targets: ofUser,
  async handle(_services, _input, { user }) {
    throw noSuchEntity(`Login Profile for User ${rowOf(user).name} cannot be found.`);
  },
});
export const DeleteLoginProfile = defineOperation('iam', 'DeleteLoginProfile', {
  effect: 'write',
  targets: ofUser,
  async handle(_services, _input, { user }) {
    throw noSuchEntity(`Login Profile for User ${rowOf(user).name} cannot be found.`);
  },
});
export const ListMFADevices = defineOperation('iam', 'ListMFADevices', {
  effect: 'read',
  targets: ofUser,
  handle: async (_services, _input, { user }) =>
    rowOf(user) && { MFADevices: [], IsTruncated: false },
});
export const ListVirtualMFADevices = defineOperation('iam', 'ListVirtualMFADevices', {
  effect: 'read',
  targets: () => ({ devices: collectionTarget('mfa') }),
  handle: async () => ({ VirtualMFADevices: [], IsTruncated: false }),
});
export const ListSSHPublicKeys = defineOperation('iam', 'ListSSHPublicKeys', {
  effect: 'read',
  targets: ofUser,
  handle: async (_services, _input, { user }) =>
    rowOf(user) && { SSHPublicKeys: [], IsTruncated: false },
});
export const ListSigningCertificates = defineOperation('iam', 'ListSigningCertificates', {
  effect: 'read',
  targets: ofUser,
  handle: async (_services, _input, { user }) =>
    rowOf(user) && { Certificates: [], IsTruncated: false },
});
export const ListServiceSpecificCredentials = defineOperation(
  'iam',
  'ListServiceSpecificCredentials',
  {
    effect: 'read',
    targets: ofUser,
    handle: async (_services, _input, { user }) =>
      rowOf(user) && { ServiceSpecificCredentials: [], IsTruncated: false },
  },
);

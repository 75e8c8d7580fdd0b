import { KmsError, type ManagedPolicyRow, type PolicyVersion } from '../../domain/index.ts';
import { awsManagedPolicies, uniqueId } from '../../identity/index.ts';
import { defineOperation } from '../operation.ts';
import { amend, current, rowOf } from '../row-ref.ts';
import { attachments } from './attachments.ts';
import { describePolicy } from './describe.ts';
import { checkedDocument, checkSize, shownDocument } from './documents.ts';
import { newEntityTarget, ofPolicy, type IamEntity } from './entities.ts';
import { checkNewName } from './new-name.ts';
import { quotas } from './quotas.ts';
import { checkedTags, pageOfTags, someTags, tagged, untagged } from './tags.ts';

export const CreatePolicy = defineOperation('iam', 'CreatePolicy', {
  effect: 'write',
  targets: ({ PolicyName, Path }) => ({
    entity: newEntityTarget('managedPolicies', PolicyName, Path),
  }),
  async handle(
    { store, clock },
    { PolicyName, Path = '/', PolicyDocument, Description, Tags },
    { entity: { account } },
  ) {
    const now = clock.now();
    const row: ManagedPolicyRow = {
      account,
      name: PolicyName,
      path: Path,
      policyId: uniqueId('policy'),
      creationDate: now,
      updateDate: now,
      versions: [{ versionId: 'v1', document: checkedManaged(PolicyDocument), creationDate: now }],
      defaultVersionId: 'v1',
      lastVersion: 1,
      tags: checkedTags(Tags),
      ...(Description !== undefined && { description: Description }),
    };
    await store.transact(async (transaction) => {
      await checkNewName(transaction, 'managedPolicies', { account, name: PolicyName });
      await transaction.put('managedPolicies', row);
    });
    return { Policy: { ...describePolicy(row), ...someTags(row.tags) } };
  },
});

export const GetPolicy = defineOperation('iam', 'GetPolicy', {
  effect: 'read',
  targets: ofPolicy,
  async handle({ store }, { PolicyArn }, { policy }) {
    const row = rowOf(policy);
    const attached = await store.read(async (reader) =>
      (await attachments(reader, policy.account))(PolicyArn),
    );
    return {
      Policy: {
        ...describePolicy(row, attached),
        ...(row.description !== undefined && { Description: row.description }),
        ...someTags(row.tags),
      },
    };
  },
});

export const DeletePolicy = defineOperation('iam', 'DeletePolicy', {
  effect: 'write',
  targets: ofPolicy,
  async handle({ store }, { PolicyArn }, { policy }) {
    requireOwn(policy);
    await store.transact(async (transaction) => {
      const { account, name, versions } = await current(transaction, policy);
      const { holders, bounded } = (await attachments(transaction, account))(PolicyArn);
      if (holders.length + bounded.length > 0)
        throw new KmsError('DeleteConflict', 'Cannot delete a policy attached to entities.');
      if (versions.length > 1) {
        throw new KmsError(
          'DeleteConflict',
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      await transaction.delete('managedPolicies', account, name);
    });
    return {};
  },
});

export const CreatePolicyVersion = defineOperation('iam', 'CreatePolicyVersion', {
  effect: 'write',
  targets: ofPolicy,
  async handle({ store, clock }, { PolicyDocument, SetAsDefault = false }, { policy }) {
    requireOwn(policy);
    const document = checkedManaged(PolicyDocument);
    const creationDate = clock.now();
    const changed = await amend(store, policy, (row) => {
      const lastVersion = row.lastVersion + 1;
      const version = { versionId: `v${lastVersion}`, document, creationDate };
      const versions = [...row.versions, version];
      if (versions.length > quotas.VersionsPerPolicy) {
        throw new KmsError(
          'LimitExceeded',
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        );
      }
      const defaultVersionId = SetAsDefault ? version.versionId : row.defaultVersionId;
      return { ...row, versions, lastVersion, defaultVersionId, updateDate: creationDate };
    });
    return {
      PolicyVersion: describeVersion(changed, versionOf(changed, `v${changed.lastVersion}`)),
    };
  },
});

export const GetPolicyVersion = defineOperation('iam', 'GetPolicyVersion', {
  effect: 'read',
  targets: ofPolicy,
  async handle(_services, { VersionId }, { policy }) {
    const row = rowOf(policy);
    const version = versionOf(row, VersionId);
    return {
      PolicyVersion: {
        ...describeVersion(row, version),
        Document: shownDocument(version.document),
      },
    };
  },
});

export const ListPolicyVersions = defineOperation('iam', 'ListPolicyVersions', {
  effect: 'read',
  targets: ofPolicy,
  async handle(_services, _wanted, { policy }) {
    const row = rowOf(policy);
    // At most five versions, so one page is always enough.
    return {
      Versions: row.versions.toReversed().map((version) => describeVersion(row, version)),
      IsTruncated: false,
    };
  },
});

export const DeletePolicyVersion = defineOperation('iam', 'DeletePolicyVersion', {
  effect: 'write',
  targets: ofPolicy,
  async handle({ store }, { VersionId }, { policy }) {
    requireOwn(policy);
    await amend(store, policy, (row) => {
      const version = versionOf(row, VersionId);
      if (VersionId === row.defaultVersionId)
        throw new KmsError('DeleteConflict', 'Cannot delete the default version of a policy.');
      return { ...row, versions: row.versions.filter((one) => one !== version) };
    });
    return {};
  },
});

export const SetDefaultPolicyVersion = defineOperation('iam', 'SetDefaultPolicyVersion', {
  effect: 'write',
  targets: ofPolicy,
  async handle({ store, clock }, { VersionId }, { policy }) {
    requireOwn(policy);
    await amend(store, policy, (row) => ({
      ...row,
      defaultVersionId: versionOf(row, VersionId).versionId,
      updateDate: clock.now(),
    }));
    return {};
  },
});

export const TagPolicy = defineOperation('iam', 'TagPolicy', {
  effect: 'write',
  targets: ofPolicy,
  async handle({ store }, { Tags }, { policy }) {
    requireOwn(policy);
    await amend(store, policy, (row) => tagged(row, Tags));
    return {};
  },
});

export const UntagPolicy = defineOperation('iam', 'UntagPolicy', {
  effect: 'write',
  targets: ofPolicy,
  async handle({ store }, { TagKeys }, { policy }) {
    requireOwn(policy);
    await amend(store, policy, (row) => untagged(row, TagKeys));
    return {};
  },
});

export const ListPolicyTags = defineOperation('iam', 'ListPolicyTags', {
  effect: 'read',
  targets: ofPolicy,
  handle: (_services, wanted, { policy }) => pageOfTags(wanted, rowOf(policy).tags),
});

function checkedManaged(document: string): string {
  checkSize('PolicySize', [document]);
  return checkedDocument(document, 'identity');
}

/** Rejects changes of AWS's managed policies, which can only be read and attached. */
function requireOwn({ arn }: IamEntity<'managedPolicies'>): void {
  if (awsManagedPolicies.has(arn)) {
    throw new KmsError(
      'AccessDeniedException',
      `Not authorized to change ${arn}: it is a managed policy of AWS.`,
    );
  }
}

function versionOf({ versions }: ManagedPolicyRow, id: string): PolicyVersion {
  const version = versions.find(({ versionId }) => versionId === id);
  if (version) return version;
  throw new KmsError('NoSuchEntity', `Policy version ${id} does not exist or is not attachable.`);
}

function describeVersion(
  { defaultVersionId }: ManagedPolicyRow,
  { versionId, creationDate }: PolicyVersion,
) {
  return {
    VersionId: versionId,
    IsDefaultVersion: versionId === defaultVersionId,
    CreateDate: new Date(creationDate),
  };
}

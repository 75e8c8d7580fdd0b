/** Key states × operations, every cell, as the table "Key states of AWS KMS keys" of the Developer Guide has them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stateVerdict, type KeyState } from '../domain/index.ts';
import { notYet } from './not-yet.ts';
import { registry } from './registry.ts';

const states = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'PendingImport',
  'Unavailable',
  'Creating',
  'Updating',
] as const satisfies readonly KeyState[];

/** What a cell's mark stands for: the error, and how its text ends after the key's ARN. */
const marks: Readonly<Record<string, string>> = {
  ok: 'ok',
  dis: 'DisabledException is disabled.',
  del: 'KMSInvalidStateException is pending deletion.',
  rep: 'KMSInvalidStateException is pending replica deletion.',
  not: 'KMSInvalidStateException is not pending deletion.',
  imp: 'KMSInvalidStateException is pending import.',
  una: 'KMSInvalidStateException is unavailable.',
  cre: 'KMSInvalidStateException is creating.',
  upd: 'KMSInvalidStateException is updating.',
};

const cryptographic = 'ok dis del rep imp una cre ok';
const always = 'ok ok ok ok ok ok ok ok';
const unlessDeleting = 'ok ok del rep ok ok ok ok';
const switching = 'ok ok del rep imp ok cre upd';
const rotationSetting = 'ok dis del rep imp una cre ok';

/** Operation, or operation and target where they differ → its row, in the order of `states`. */
const rows: Readonly<Record<string, string>> = {
  Encrypt: cryptographic,
  Decrypt: cryptographic,
  ReEncrypt: cryptographic,
  GenerateDataKey: cryptographic,
  GenerateDataKeyWithoutPlaintext: cryptographic,
  GenerateDataKeyPair: cryptographic,
  GenerateDataKeyPairWithoutPlaintext: cryptographic,
  Sign: cryptographic,
  Verify: cryptographic,
  GenerateMac: cryptographic,
  VerifyMac: cryptographic,
  GetPublicKey: cryptographic,
  DeriveSharedSecret: cryptographic,
  Encapsulate: cryptographic,
  Decapsulate: cryptographic,
  CreateGrant: 'ok dis del rep imp ok cre ok',
  ListGrants: always,
  RetireGrant: always,
  RevokeGrant: always,
  DescribeKey: always,
  GetKeyPolicy: always,
  PutKeyPolicy: always,
  ListKeyPolicies: always,
  ListAliases: always,
  ListResourceTags: always,
  GetKeyLastUsage: always,
  CreateAlias: unlessDeleting,
  'UpdateAlias to': unlessDeleting,
  'UpdateAlias from': always,
  DeleteAlias: always,
  TagResource: unlessDeleting,
  UntagResource: unlessDeleting,
  UpdateKeyDescription: unlessDeleting,
  EnableKey: switching,
  DisableKey: switching,
  EnableKeyRotation: rotationSetting,
  DisableKeyRotation: rotationSetting,
  GetKeyRotationStatus: always,
  ListKeyRotations: always,
  RotateKeyOnDemand: 'ok dis del rep imp una cre upd',
  GetParametersForImport: 'ok ok del rep ok una cre upd',
  ImportKeyMaterial: 'ok ok del rep ok una cre ok',
  DeleteImportedKeyMaterial: 'ok ok ok ok ok ok cre upd',
  ScheduleKeyDeletion: 'ok ok del rep ok ok ok upd',
  CancelKeyDeletion: 'not not ok ok not not not not',
  ReplicateKey: 'ok dis del rep imp una cre upd',
  UpdatePrimaryRegion: 'ok dis del rep imp una cre ok',
};

/** An input that makes every operation name all of its keys. */
const input = {
  KeyId: 'key',
  TargetKeyId: 'key',
  SourceKeyId: 'key',
  DestinationKeyId: 'key',
  AliasName: 'alias/name',
  CiphertextBlob: new Uint8Array(1),
  GrantId: 'grant',
  ReplicaRegion: 'eu-west-1',
  PrimaryRegion: 'eu-west-1',
};

function verdictText(verdict: ReturnType<typeof stateVerdict>): string {
  return verdict === 'ok' ? 'ok' : `${verdict.error} ${verdict.text}`;
}

describe('key states', () => {
  const seen = new Set<string>();
  for (const [name, operation] of registry.kms) {
    for (const [targetName, target] of Object.entries(operation.targets(input))) {
      if (!target || !('states' in target)) continue;
      const row = rows[`${name} ${targetName}`] === undefined ? name : `${name} ${targetName}`;
      seen.add(row);
      states.forEach((state, column) => {
        it(`${row} on a key that is ${state}`, () => {
          const expected = marks[rows[row]?.split(' ')[column] ?? ''];
          assert.equal(verdictText(stateVerdict(target.states, state)), expected);
        });
      });
    }
  }

  it('are checked by every operation that the table has', () => {
    const missing = Object.keys(rows).filter((row) => !seen.has(row));
    const waiting = notYet.filter((name) => Object.hasOwn(rows, name));
    assert.deepEqual(missing.toSorted(), waiting.toSorted());
  });
});

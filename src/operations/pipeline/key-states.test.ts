/**
 * Key states × operations: every cell of the table "Key states of AWS KMS keys" in the Developer
 * Guide.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markTexts, stateRows, states } from '../../../test/conformance/harness/state-rows.ts';
import { stateVerdict } from '../../domain/index.ts';
import { registry } from '../registry.ts';

/** An input for which every operation names all of its keys. */
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

const caller = {
  account: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/ann',
  userId: 'AIDA',
  accessKeyId: 'AKIA',
};

function verdictText(verdict: ReturnType<typeof stateVerdict>): string {
  return verdict === 'ok' ? 'ok' : `${verdict.error} ${verdict.text}`;
}

describe('key states', () => {
  const seen = new Set<string>();
  for (const [name, operation] of registry.kms) {
    for (const [targetName, target] of Object.entries(operation.targets(input, caller))) {
      if (!target || !('states' in target)) continue;
      const row = stateRows[`${name} ${targetName}`] === undefined ? name : `${name} ${targetName}`;
      seen.add(row);
      states.forEach((state, column) => {
        it(`${row} on a key that is ${state}`, () => {
          const expected = markTexts[stateRows[row]?.split(' ')[column] ?? ''];
          assert.equal(verdictText(stateVerdict(target.states, state)), expected);
        });
      });
    }
  }

  it('are checked by every operation of the table', () => {
    const missing = Object.keys(stateRows).filter((row) => !seen.has(row));
    assert.deepEqual(missing, []);
  });
});

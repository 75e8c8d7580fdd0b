import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as sdk from '@aws-sdk/client-kms';
import { shapes, withoutOutput, type Members } from './index.ts';

/** The SDK's runtime schema of a structure, as far as it is used here: names, and how many of the first are required. */
type Schema = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  names: readonly string[],
  types: unknown,
  required?: number,
];

function schemaOf(name: string): Schema | undefined {
  return (sdk as unknown as Readonly<Record<string, Schema>>)[`${name}Request$`];
}

describe('the KMS contract', () => {
  for (const [operation, members] of Object.entries<Members>(shapes.kms)) {
    it(`agrees with the installed SDK on ${operation}`, () => {
      const schema = schemaOf(operation);
      assert.ok(schema, `the SDK has ${operation}Request`);
      const [, , , , names, , required = 0] = schema;
      assert.deepEqual(Object.keys(members).toSorted(), names.toSorted());
      const requiredHere = Object.keys(members).filter((name) => members[name]?.required);
      assert.deepEqual(requiredHere.toSorted(), names.slice(0, required).toSorted());
    });
  }

  it('names only its own operations as being without output', () => {
    for (const name of withoutOutput) assert.ok(Object.hasOwn(shapes.kms, name), name);
  });
});

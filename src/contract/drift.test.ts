import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as sts from '@aws-sdk/client-sts';
import { errors } from '../domain/index.ts';
import { shapes, withoutOutput, type Members, type MemberShape } from './index.ts';

/**
 * The SDK's runtime schemas, as far as this test uses them. Layouts: @smithy/core's `schema`
 * module.
 * A type is a number, a schema, a function that returns one, or [number, traits] (traits bit 3:
 * sensitive).
 */
type Structure = readonly [
  kind: 3,
  namespace: string,
  name: string,
  traits: unknown,
  names: readonly string[],
  types: readonly unknown[],
  required?: number,
];
type Operation = readonly [
  kind: 9,
  namespace: string,
  name: string,
  traits: unknown,
  input: () => Structure,
  output: () => unknown,
];

type Exported = Readonly<Record<string, unknown>>;

function operationSchema(name: string, exported: Exported = kms): Operation {
  const schema = exported[`${name}$`];
  assert.ok(Array.isArray(schema), `the SDK has ${name}`);
  return schema as unknown as Operation;
}

const simple: Readonly<Record<number, readonly MemberShape['kind'][]>> = {
  0: ['text', 'enum'],
  1: ['int'],
  2: ['bool'],
  4: ['timestamp'],
  21: ['blob'],
};

/** Returns the shapes that the contract may have for a type of the SDK. */
function kindsOf(type: unknown): readonly MemberShape['kind'][] {
  if (typeof type === 'function') return kindsOf(type());
  if (typeof type === 'number')
    return simple[type & 63] && type >= 64 ? [type >= 128 ? 'map' : 'list'] : (simple[type] ?? []);
  if (!Array.isArray(type)) return [];
  const [kind, , , , inner] = type as readonly unknown[];
  // A simple type of its own, with traits: [0, namespace, name, traits, type].
  if (kind === 0) return kindsOf(inner);
  if (kind === 1) return ['list'];
  if (kind === 2) return ['map'];
  return kind === 3 ? ['struct'] : kindsOf(kind);
}

function isStructure(type: unknown): type is Structure {
  return Array.isArray(type) && type[0] === 3;
}

function agree(
  path: string,
  members: Members,
  [, , , , names, types, required = 0]: Structure,
): void {
  assert.deepEqual(Object.keys(members).toSorted(), names.toSorted(), path);
  const requiredHere = Object.keys(members).filter((name) => members[name]?.required);
  assert.deepEqual(
    requiredHere.toSorted(),
    names.slice(0, required).toSorted(),
    `${path}: required members`,
  );
  names.forEach((name, at) => {
    const shape = members[name];
    const type = typeof types[at] === 'function' ? (types[at] as () => unknown)() : types[at];
    if (!shape) return;
    assert.ok(
      kindsOf(type).includes(shape.kind),
      `${path}.${name} is ${shape.kind}, the SDK says ${kindsOf(type).join()}`,
    );
    if (shape.kind === 'struct' && isStructure(type)) agree(`${path}.${name}`, shape.members, type);
  });
}

/** The services whose SDK has runtime schemas. The one for CloudHSM is older. */
const sdks = { kms, iam, sts, cloudtrail } as const;

for (const service of ['kms', 'iam', 'sts', 'cloudtrail'] as const) {
  describe(`the contract of ${service}`, () => {
    for (const [operation, members] of Object.entries<Members>(shapes[service])) {
      it(`agrees with the installed SDK on ${operation}`, () => {
        const input = operationSchema(operation, sdks[service])[4]();
        // Some operations without input have no structure at all.
        if (isStructure(input)) agree(operation, members, input);
        else assert.deepEqual(members, {});
      });
    }
  });
}

describe('the KMS contract', () => {
  it('has every operation of the installed SDK', () => {
    const operations = Object.values<unknown>(kms).filter(
      (one): one is Operation => Array.isArray(one) && one[0] === 9,
    );
    assert.deepEqual(
      Object.keys(shapes.kms).toSorted(),
      operations.map(([, , name]) => name).toSorted(),
    );
  });

  it('lists the operations without output', () => {
    const silent = Object.keys(shapes.kms).filter(
      (name) => !isStructure(operationSchema(name)[5]()),
    );
    assert.deepEqual([...withoutOutput].toSorted(), silent.toSorted());
  });

  it('has a row for every error of the installed SDK', () => {
    const names = Object.keys(kms)
      .filter((name) => name.endsWith('Exception$'))
      .map((name) => name.slice(0, -1));
    assert.ok(names.length > 40);
    for (const name of names)
      if (name !== 'KMSServiceException') assert.ok(Object.hasOwn(errors, name), name);
  });
});

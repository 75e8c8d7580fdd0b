import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Members } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';
import { toBase64 } from './base64.ts';
import { compileStruct } from './decode.ts';

const members = {
  Text: { kind: 'text', required: true },
  Enum: { kind: 'enum', values: { A: true } },
  Blob: { kind: 'blob' },
  Bool: { kind: 'bool' },
  Int: { kind: 'int' },
  Time: { kind: 'timestamp' },
  List: { kind: 'list', member: { kind: 'text' } },
  Map: { kind: 'map', key: { kind: 'text' }, value: { kind: 'text' } },
  Struct: { kind: 'struct', members: { Inner: { kind: 'int' } } },
} as const satisfies Members;
const decode = compileStruct(members);

function rejects(input: unknown, text: string): void {
  assert.throws(
    () => decode(input),
    (error) =>
      error instanceof KmsError &&
      error.code === 'SerializationException' &&
      error.publicMessage === text,
    `${JSON.stringify(input)}: ${text}`,
  );
}

describe('the decoder', () => {
  it('converts JSON to bytes, times, lists, maps and structures', () => {
    const input = {
      Text: 'a',
      Enum: 'NOT_CHECKED_HERE',
      Blob: 'AAEC/w==',
      Bool: false,
      Int: -7,
      Time: 1566518783.394,
      List: ['x', 'y'],
      Map: { k: 'v' },
      Struct: { Inner: 1, Unknown: 2 },
    };
    const { Blob, Time, Map: map, ...others } = decode(input);
    assert.deepEqual(others, {
      Text: 'a',
      Enum: 'NOT_CHECKED_HERE',
      Bool: false,
      Int: -7,
      List: ['x', 'y'],
      Struct: { Inner: 1 },
    });
    assert.deepEqual(Buffer.from(Blob as Uint8Array), Buffer.from([0, 1, 2, 255]));
    assert.equal((Time as Date).getTime(), 1_566_518_783_394);
    assert.deepEqual({ ...(map as object) }, { k: 'v' });
  });

  it('omits members that are absent, null or unknown', () => {
    assert.deepEqual(decode({ Text: null, Other: 1, constructor: 'x' }), {});
  });

  it('keeps map keys that are special names in JavaScript', () => {
    const { Map: map } = decode(
      JSON.parse('{"Map":{"__proto__":"p","constructor":"c"},"__proto__":{"Text":"no"}}'),
    );
    assert.deepEqual(Object.entries(map as object), [
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    assert.equal(({} as Record<string, unknown>)['Text'], undefined);
  });

  it('rejects wrong types, and reveals only the kind of the value', () => {
    rejects([], 'Start of list found where not expected');
    rejects('secret', 'STRING_VALUE can not be converted to a structure');
    rejects(null, 'NULL_VALUE can not be converted to a structure');
    rejects({ Text: 1 }, 'NUMBER_VALUE can not be converted to String');
    rejects({ Text: true }, 'TRUE_VALUE can not be converted to String');
    rejects({ Text: {} }, 'Start of structure or map found where not expected');
    rejects({ Text: ['secret'] }, 'Start of list found where not expected');
    rejects({ Text: '\ud800' }, 'Text is not valid Unicode');
    rejects({ Map: { '\udc00': 'v' } }, 'Text is not valid Unicode');
    rejects({ Blob: 7 }, 'NUMBER_VALUE can not be converted to Blob');
    rejects({ Bool: 'false' }, 'STRING_VALUE can not be converted to Boolean');
    rejects({ Int: '1' }, 'STRING_VALUE can not be converted to Integer');
    rejects({ Int: 1.5 }, 'NUMBER_VALUE can not be converted to Integer');
    rejects({ Int: 2 ** 31 }, 'NUMBER_VALUE can not be converted to Integer');
    rejects({ Time: '2026-11-26T00:00:00Z' }, 'STRING_VALUE can not be converted to Timestamp');
    rejects({ Time: 1e300 }, 'NUMBER_VALUE can not be converted to Timestamp');
    rejects({ List: {} }, 'Start of structure or map found where not expected');
    rejects({ List: [null] }, 'NULL_VALUE can not be converted to String');
    rejects({ Map: [] }, 'Start of list found where not expected');
    rejects({ Map: { k: null } }, 'NULL_VALUE can not be converted to String');
    rejects({ Struct: 1 }, 'NUMBER_VALUE can not be converted to a structure');
  });

  it('accepts only padded standard base64', () => {
    for (const text of [
      'A',
      'AA',
      'AAA',
      'AA=',
      'AAA==',
      'AA==AA==',
      'AA_-',
      'AA A',
      'AAAA\n',
      '=AAA',
      '====',
      'AAÄ=',
      ' AAAA',
    ]) {
      rejects({ Blob: text }, 'Invalid base64 encoding');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        assert.equal(toBase64(bytes), text);
        assert.deepEqual(
          Buffer.from(decode({ Blob: text })['Blob'] as Uint8Array),
          Buffer.from(bytes),
        );
      }),
    );
  });

  it('decodes or rejects every JSON value, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(members)), (value, name) => {
        try {
          decode({ [name]: value });
        } catch (error) {
          assert.ok(
            error instanceof KmsError && error.code === 'SerializationException',
            String(error),
          );
        }
      }),
    );
  });
});

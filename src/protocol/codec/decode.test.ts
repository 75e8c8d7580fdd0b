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

function refuses(input: unknown, text: string): void {
  assert.throws(
    () => decode(input),
    (error) =>
      error instanceof KmsError &&
      error.code === 'SerializationException' &&
      error.publicMessage === text,
    `${JSON.stringify(input)}: ${text}`,
  );
}

describe('decoding', () => {
  it('makes bytes, times, lists, maps and structures of what JSON has', () => {
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

  it('leaves out what is absent, null or unknown', () => {
    assert.deepEqual(decode({ Text: null, Other: 1, constructor: 'x' }), {});
  });

  it('keeps names of the caller that mean something to JavaScript', () => {
    const { Map: map } = decode(
      JSON.parse('{"Map":{"__proto__":"p","constructor":"c"},"__proto__":{"Text":"no"}}'),
    );
    assert.deepEqual(Object.entries(map as object), [
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    assert.equal(({} as Record<string, unknown>)['Text'], undefined);
  });

  it('refuses wrong types, and says no more of the value than its kind', () => {
    refuses([], 'Start of list found where not expected');
    refuses('secret', 'STRING_VALUE can not be converted to a structure');
    refuses(null, 'NULL_VALUE can not be converted to a structure');
    refuses({ Text: 1 }, 'NUMBER_VALUE can not be converted to String');
    refuses({ Text: true }, 'TRUE_VALUE can not be converted to String');
    refuses({ Text: {} }, 'Start of structure or map found where not expected');
    refuses({ Text: ['secret'] }, 'Start of list found where not expected');
    refuses({ Text: '\ud800' }, 'Text is not valid Unicode');
    refuses({ Map: { '\udc00': 'v' } }, 'Text is not valid Unicode');
    refuses({ Blob: 7 }, 'NUMBER_VALUE can not be converted to Blob');
    refuses({ Bool: 'false' }, 'STRING_VALUE can not be converted to Boolean');
    refuses({ Int: '1' }, 'STRING_VALUE can not be converted to Integer');
    refuses({ Int: 1.5 }, 'NUMBER_VALUE can not be converted to Integer');
    refuses({ Int: 2 ** 31 }, 'NUMBER_VALUE can not be converted to Integer');
    refuses({ Time: '2026-11-26T00:00:00Z' }, 'STRING_VALUE can not be converted to Timestamp');
    refuses({ Time: 1e300 }, 'NUMBER_VALUE can not be converted to Timestamp');
    refuses({ List: {} }, 'Start of structure or map found where not expected');
    refuses({ List: [null] }, 'NULL_VALUE can not be converted to String');
    refuses({ Map: [] }, 'Start of list found where not expected');
    refuses({ Map: { k: null } }, 'NULL_VALUE can not be converted to String');
    refuses({ Struct: 1 }, 'NUMBER_VALUE can not be converted to a structure');
  });

  it('takes padded standard base64 and nothing else', () => {
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
      refuses({ Blob: text }, 'Invalid base64 encoding');
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

  it('refuses or decodes whatever JSON can hold, and never fails otherwise', () => {
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

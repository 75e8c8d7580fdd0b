import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Members } from '../../contract/index.ts';
import { formValue } from './form.ts';
import { element } from './xml.ts';

const members = {
  Name: { kind: 'text' },
  Count: { kind: 'int' },
  Flag: { kind: 'bool' },
  Since: { kind: 'timestamp' },
  Keys: { kind: 'list', member: { kind: 'text' } },
  Tags: {
    kind: 'list',
    member: { kind: 'struct', members: { Key: { kind: 'text' }, Value: { kind: 'text' } } },
  },
  Map: { kind: 'map', key: { kind: 'text' }, value: { kind: 'int' } },
} as const satisfies Members;

const read = (form: string): unknown => formValue(Buffer.from(form), members);

describe('parameters of the Query protocol', () => {
  it('name lists, structures and maps by dotted names', () => {
    const form = [
      'Name=a+b%2F',
      'Count=-3',
      'Flag=true',
      'Since=2026-11-26T00%3A00%3A00Z',
      'Keys.member.2=second',
      'Keys.member.1=first',
      'Tags.member.1.Key=k',
      'Tags.member.1.Value=v',
      'Map.entry.1.key=one',
      'Map.entry.1.value=1',
    ];
    assert.deepEqual(read(form.join('&')), {
      Name: 'a b/',
      Count: -3,
      Flag: true,
      Since: Date.UTC(2026, 10, 26) / 1000,
      Keys: ['first', 'second'],
      Tags: [{ Key: 'k', Value: 'v' }],
      Map: { one: 1 },
    });
  });

  it('are ignored if the contract does not have their name', () => {
    assert.deepEqual(read('Action=x&Other=1&__proto__.a=1&Keys.other.1=x&Name.member.1=x'), {
      Keys: [],
      Name: undefined,
    });
    assert.deepEqual(read(`${'a.'.repeat(1000)}=1`), {});
  });

  it('stay text if they are malformed, so that the decoder rejects them', () => {
    assert.deepEqual(read('Count=1.5&Flag=yes&Since=never'), {
      Count: '1.5',
      Flag: 'yes',
      Since: 'never',
    });
  });

  it('never throw, whatever they contain', () => {
    const name = fc.array(
      fc.constantFrom(
        'Name',
        'Keys',
        'Tags',
        'Map',
        'member',
        'entry',
        '1',
        '99',
        'key',
        'value',
        '',
        '__proto__',
      ),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string()), { maxLength: 12 }), (pairs) => {
        const form = new URLSearchParams(
          pairs.map(([parts, text]): [string, string] => [parts.join('.'), text]),
        );
        formValue(Buffer.from(form.toString()), members);
      }),
    );
  });

  it('are decoded as the URL standard decodes them', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('%', '')),
      fc.constantFrom('%41', '+', '%2B', '%C3%A9', '\u00E9', '='),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const form = `Name=${parts.join('').replaceAll('&', '')}`;
        assert.deepEqual(read(form), { Name: new URLSearchParams(form).get('Name') });
      }),
    );
    assert.deepEqual(read('N%61me=%+%4+%zz+100%'), { Name: '% %4 %zz 100%' });
  });

  it('are limited in number', () => {
    read('a&'.repeat(2_047));
    assert.throws(() => read('a&'.repeat(2_048)), { code: 'SerializationException' });
  });
});

describe('responses of the Query protocol', () => {
  it('consist of elements, lists of `member`, maps of `entry`, and times in whole seconds', () => {
    const output = {
      User: {
        Name: 'a<b>&"c\'',
        Created: new Date(1_500),
        Tags: [{ Key: 'k' }, { Key: 'l' }],
        Path: undefined,
        Empty: [],
      },
    };
    assert.equal(
      element('GetUserResult', output),
      '<GetUserResult><User><Name>a&lt;b&gt;&amp;&quot;c&apos;</Name><Created>1970-01-01T00:00:01Z</Created>' +
        '<Tags><member><Key>k</Key></member><member><Key>l</Key></member></Tags><Empty></Empty></User></GetUserResult>',
    );
    assert.equal(
      element('SummaryMap', { Users: 1 }),
      '<SummaryMap><entry><key>Users</key><value>1</value></entry></SummaryMap>',
    );
  });
});

/**
 * Decision tables for conditions and variables, written from "Condition operators" and "Policy
 * variables", IAM User Guide.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileCondition } from './conditions/compile.ts';
import type { ContextValue } from './context.ts';

type Values = string | readonly string[];
type Case = readonly [
  operator: string,
  policy: Values,
  request: ContextValue | undefined,
  holds: boolean,
];

const others: Readonly<Record<string, ContextValue>> = {
  'aws:username': 'ana',
  'aws:tagkeys': ['a', 'b'],
  'aws:principaltag/team': 'blue*',
};

function holds(
  operator: string,
  policy: Values,
  request: ContextValue | undefined,
  variables = true,
): boolean {
  const values = typeof policy === 'string' ? [policy] : policy;
  const test = compileCondition({ operator, key: 'Kms:Subject', values }, variables);
  return test((key) => (key === 'kms:subject' ? request : others[key]));
}

const tables: Readonly<Record<string, readonly Case[]>> = {
  'texts, in their case': [
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', [], 'a', false],
    ['StringNotEquals', 'a', 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', [], 'b', true],
    ['StringEqualsIgnoreCase', 'AbC', 'aBc', true],
    ['StringEqualsIgnoreCase', 'AbC', 'abd', false],
    ['StringNotEqualsIgnoreCase', 'A', 'a', false],
    ['StringLike', 'a*c', 'abbc', true],
    ['StringLike', 'a?c', 'ac', false],
    ['StringLike', 'A*', 'abc', false],
    ['StringNotLike', 'a*', 'bc', true],
    ['StringNotLike', ['b*', 'a*'], 'abc', false],
    ['stringequals', 'a', 'a', true],
  ],
  'keys that the request lacks': [
    ['StringEquals', 'a', undefined, false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['StringNotEqualsIfExists', 'a', undefined, true],
    ['NumericEquals', '1', undefined, false],
    ['NumericNotEquals', '1', undefined, true],
    ['BoolIfExists', 'true', undefined, true],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'a', false],
    ['Null', 'false', 'a', true],
    ['Null', 'false', undefined, false],
    ['Null', ['true', 'false'], 'a', true],
    ['Null', 'maybe', 'a', false],
  ],
  'keys with several values': [
    ['ForAnyValue:StringEquals', ['a', 'b'], ['b', 'c'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAnyValue:StringEquals', 'a', [], false],
    ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
    ['ForAnyValue:StringNotEquals', 'a', ['a'], false],
    ['ForAnyValue:StringNotEquals', 'a', undefined, false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAllValues:StringEquals', 'a', [], true],
    ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
    ['ForAllValues:StringNotEquals', 'a', ['a', 'b'], false],
    ['ForAllValues:StringLike', 'a*', ['ab', 'ac'], true],
    ['ForAllValues:StringEquals', 'a', 'a', true],
    ['ForAnyValue:StringEquals', 'a', 'a', true],
    ['ForAnyValue:Null', 'false', ['a'], true],
    // Without a set operator such a key matches nothing, not even with a negated operator.
    ['StringEquals', 'a', ['a'], false],
    ['StringNotEquals', 'b', ['a'], false],
  ],
  numbers: [
    ['NumericEquals', '7', '7', true],
    ['NumericEquals', '7.0', '7', true],
    ['NumericNotEquals', '7', '8', true],
    ['NumericLessThan', '7', '7', false],
    ['NumericLessThan', '7', '-8', true],
    ['NumericLessThanEquals', '7', '7', true],
    ['NumericGreaterThan', '10', '9', false],
    ['NumericGreaterThan', '9', '10', true],
    ['NumericGreaterThanEquals', ['100', '10'], '10', true],
    ['NumericEquals', '7', 'seven', false],
    ['NumericNotEquals', 'seven', '7', false],
    ['NumericEquals', '', '', false],
    ['NumericEquals', '0x7', '7', false],
  ],
  dates: [
    ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z', false],
    ['DateGreaterThanEquals', '2026-01-01', '2026-01-01T00:00:00Z', true],
    ['DateEquals', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00Z', true],
    ['DateNotEquals', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', true],
    ['DateGreaterThan', '1767225600', '2026-01-01T00:00:01Z', true],
    ['DateLessThanEquals', '1767225600', '2026-01-01T00:00:00Z', true],
    ['DateGreaterThan', '2025-06-01T00:00:00Z', '1767225600', true],
    ['DateLessThan', 'tomorrow', '2026-01-01T00:00:00Z', false],
    ['DateNotEquals', 'tomorrow', '2026-01-01T00:00:00Z', false],
  ],
  'booleans and bytes': [
    ['Bool', 'true', 'true', true],
    ['Bool', 'True', 'true', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'yes', 'true', false],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QQ==', 'QR==', true],
    ['BinaryEquals', 'QmluYXJ5', 'qmluyxj5', false],
  ],
  'IP addresses': [
    ['IpAddress', '203.0.113.0/24', '203.0.113.255', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.0', false],
    ['IpAddress', '203.0.113.77/24', '203.0.113.1', true],
    ['IpAddress', '0.0.0.0/0', '198.51.100.1', true],
    ['IpAddress', '0.0.0.0/0', '2001:db8::1', false],
    ['IpAddress', '::/0', '198.51.100.1', false],
    ['IpAddress', '2001:db8::/32', '2001:DB8:1234:5678:90ab::1', true],
    ['IpAddress', '2001:db8::/32', '2001:db9::', false],
    ['IpAddress', '2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
    ['IpAddress', '127.0.0.1', '::ffff:127.0.0.1', true],
    ['IpAddress', '203.0.113.0/33', '203.0.113.1', false],
    ['IpAddress', '203.0.113', '203.0.113.1', false],
    ['IpAddress', ['192.0.2.0/24', '203.0.113.0/24'], '203.0.113.9', true],
    ['NotIpAddress', '203.0.113.0/24', '203.0.114.9', true],
    ['NotIpAddress', ['203.0.113.0/24', '203.0.114.0/24'], '203.0.114.9', false],
    ['NotIpAddress', '203.0.113.0/24', '2001:db8::1', true],
    ['NotIpAddress', '203.0.113.0/24', undefined, true],
  ],
  ARNs: [
    ['ArnEquals', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::111122223333:role/a/b', true],
    ['ArnLike', 'arn:aws:iam::*:user/an?', 'arn:aws:iam::111122223333:user/ana', true],
    ['ArnLike', 'arn:aws:iam:*:user/ana', 'arn:aws:iam::111122223333:user/ana', false],
    ['ArnLike', 'arn:aws:iam::*3:x:y', 'arn:aws:iam::3:x:y', true],
    ['ArnLike', '*', 'arn:aws:iam::111122223333:user/ana', false],
    ['ArnNotLike', 'arn:aws:iam::111122223333:*', 'arn:aws:iam::444455556666:user/eve', true],
    [
      'ArnNotEquals',
      'arn:aws:iam::111122223333:user/ana',
      'arn:aws:iam::111122223333:user/ana',
      false,
    ],
    [
      'ArnEquals',
      'arn:aws:iam::111122223333:user/Ana',
      'arn:aws:iam::111122223333:user/ana',
      false,
    ],
  ],
  'policy variables': [
    ['StringEquals', '${aws:username}', 'ana', true],
    ['StringEquals', 'home/${aws:UserName}/x', 'home/ana/x', true],
    ['StringLike', '${aws:username}*', 'anabel', true],
    ['StringEqualsIgnoreCase', '${aws:username}', 'ANA', true],
    ['StringEquals', "${aws:PrincipalTag/Nothing, 'none'}", 'none', true],
    ['StringEquals', "${aws:username, 'none'}", 'ana', true],
    ['StringEquals', '${aws:PrincipalTag/Nothing}', '', false],
    // A variable without a value equals nothing, so negated operators match.
    ['StringNotEquals', '${aws:PrincipalTag/Nothing}', 'ana', true],
    // The value of a variable is not a pattern.
    ['StringLike', '${aws:PrincipalTag/Team}', 'bluer', false],
    ['StringLike', '${aws:PrincipalTag/Team}', 'blue*', true],
    ['StringEquals', '${aws:TagKeys}', 'a', false],
    ['StringLike', 'a${*}c', 'a*c', true],
    ['StringLike', 'a${*}c', 'abc', false],
    ['StringLike', 'a${?}', 'ab', false],
    ['StringEquals', '${$}{aws:username}', '${aws:username}', true],
    ['StringEquals', '${aws:username', '${aws:username', true],
    [
      'ArnLike',
      'arn:aws:iam::111122223333:user/${aws:username}',
      'arn:aws:iam::111122223333:user/ana',
      true,
    ],
    ['NumericEquals', '${aws:username}', '1', false],
  ],
};

for (const [subject, cases] of Object.entries(tables)) {
  describe(`conditions on ${subject}`, () => {
    for (const [operator, policy, request, expected] of cases) {
      it(`${operator} ${JSON.stringify(policy)} ${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(request)}`, () => {
        assert.equal(holds(operator, policy, request), expected);
      });
    }
  });
}

describe('a policy of version 2008-10-17', () => {
  it('has no variables', () => {
    assert.equal(holds('StringEquals', '${aws:username}', 'ana', false), false);
    assert.equal(holds('StringEquals', '${aws:username}', '${aws:username}', false), true);
    assert.equal(holds('StringLike', '${*}', '${x}', false), true);
  });
});

describe('conditions of hostile policies', () => {
  // As much as fits into a document, against as much as fits into an encryption context.
  const text = 'a'.repeat(8_192);
  const hostile: Readonly<Record<string, string>> = {
    'one long text': `*${'a'.repeat(3_800)}b*`,
    'question marks': `*${'?a'.repeat(510)}b*`,
    'a question mark at the end': `*${'a'.repeat(1_000)}?b*`,
    'many stars': `${'*aa'.repeat(1_300)}b*`,
  };
  for (const [what, pattern] of Object.entries(hostile)) {
    it(`take bounded time: ${what}`, () => {
      const before = process.cpuUsage();
      assert.equal(
        holds(
          'StringLike',
          Array.from({ length: 32_768 / pattern.length }, () => pattern),
          text,
        ),
        false,
      );
      const { user } = process.cpuUsage(before);
      assert.ok(user < 1_000_000, `${user} µs`);
    });
  }
});

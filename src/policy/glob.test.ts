import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { compileArnPattern } from './arn-pattern.ts';
import { noContext } from './context.ts';
import { compileTemplate, readTemplate } from './template.ts';

const matcher = (pattern: string): ((text: string) => boolean) => {
  const matches = compileTemplate(readTemplate(pattern, { wildcards: true, variables: false }));
  return (text) => matches(text, noContext);
};
const arnMatcher = (pattern: string): ((arn: string) => boolean) => {
  const matches = compileArnPattern(pattern, true);
  return (arn) => matches(arn, noContext);
};

/** A reference implementation of the wildcards, as simple as possible. */
function reference(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first = '', rest] = [pattern[0], pattern.slice(1)];
  if (first === '*')
    return reference(rest, text) || (text !== '' && reference(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && reference(rest, text.slice(1));
}

describe('wildcards', () => {
  it('match like a naive reference implementation', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (glob, subject) =>
        assert.equal(matcher(glob)(subject), reference(glob, subject)),
      ),
      { numRuns: 2_000 },
    );
  });

  it('match a hostile pattern in bounded time', () => {
    const matches = matcher(`${'*a?'.repeat(10_000)}b`);
    const worst = matcher(`${'*aa'.repeat(100)}b`);
    const text = 'a'.repeat(300);
    const before = process.cpuUsage();
    for (let round = 0; round < 100; round += 1) assert.equal(matches(text) || worst(text), false);
    const { user } = process.cpuUsage(before);
    assert.ok(user < 1_000_000, `${user} µs`);
  });

  it('do not match across parts of an ARN', () => {
    const anyKey = arnMatcher('arn:aws:kms:*:111122223333:key/*');
    assert.equal(anyKey('arn:aws:kms:us-east-1:111122223333:key/1'), true);
    assert.equal(anyKey('arn:aws:kms:us-east-1:999999999999:key/1'), false);
    assert.equal(anyKey('arn:aws:kms:us-east-1:999999999999:key/x:111122223333:key/1'), false);
    assert.equal(anyKey('*'), false);
    assert.equal(arnMatcher('arn:aws:x:::a*z')('arn:aws:x:::a:b:z'), true);
    assert.equal(arnMatcher('*')('*'), true);
    assert.equal(arnMatcher('arn:aws:kms:*')('arn:aws:kms:us-east-1:111122223333:key/1'), true);
  });
});

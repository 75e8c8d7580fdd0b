import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { array, assert as check, property, string } from 'fast-check';
import { CliError } from '../io.ts';
import { splitWords } from './words.ts';

describe('a line at the prompt', () => {
  it('is split like in a shell', () => {
    const cases: [string, string[]][] = [
      ['', []],
      ['  user   list ', ['user', 'list']],
      [`login --password 'a b"c'`, ['login', '--password', 'a b"c']],
      [`--filter attr.label="two \\"words\\""`, ['--filter', 'attr.label=two "words"']],
      [`a\\ b ''`, ['a b', '']],
    ];
    for (const [line, words] of cases) assert.deepEqual(splitWords(line), words, line);
  });

  it('returns every quoted word unchanged', () => {
    const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    check(
      property(array(string()), (words) =>
        assert.deepEqual(splitWords(words.map(quoted).join(' ')), words),
      ),
    );
  });

  it('is rejected if a quote is not closed', () => {
    for (const line of [`'`, `a "b`, `a\\`]) assert.throws(() => splitWords(line), CliError, line);
  });
});

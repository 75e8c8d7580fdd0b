/**
 * Checks the prose of comments, strings and documents for phrases that make a reader stop, as far
 * as a program can find them. CONTRIBUTING.md says how to write instead.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { parseSync, Visitor } from 'oxc-parser';

const ROOT = new URL('../', import.meta.url).pathname;

interface Text {
  readonly file: string;
  readonly line: number;
  readonly kind: 'docstring' | 'comment' | 'string' | 'document';
  readonly text: string;
}

interface Rule {
  readonly name: string;
  readonly instead: string;
  readonly pattern: RegExp;
  readonly kinds: readonly Text['kind'][];
}

const everywhere = ['docstring', 'comment', 'string', 'document'] as const;

/** Each phrase with what to write instead. */
const rules: readonly Rule[] = [
  {
    name: 'phrases that are not idiomatic English',
    instead: 'again, previous, already, unencrypted, is not a …, in progress, cached',
    pattern:
      /\b(?:anew|whosever|thereby|by now|of before|in clear|is none|are none|under way|at hand)\b/i,
    kinds: everywhere,
  },
  {
    name: 'people where the subject is a process, a client or a user',
    instead: 'the noun, or it, or they',
    pattern: /\b(?:he|his|him|himself)\b/i,
    kinds: everywhere,
  },
  {
    name: 'a bare relative clause as the subject',
    instead: 'a noun of the field: caller, client, request, user, HSM',
    pattern: /\b(?:whoever|whomever|nobody's)\b/i,
    kinds: everywhere,
  },
  {
    name: 'a docstring without its head noun',
    instead: 'a noun phrase or a third-person verb: "Maximum frame size, in bytes.", "Returns …"',
    pattern: /^(?:Of|By|To be|That|Who|Whom|Whose|Whether|As|What)\b/,
    kinds: ['docstring'],
  },
];

/** Facts of AWS's that are written as AWS writes them, and tests that name a phrase on purpose. */
const exempt = new Set(['test/language.test.ts']);

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'vectors') return [];
    if (statSync(path).isDirectory()) return filesBelow(path, ending);
    return name.endsWith(ending) ? [path] : [];
  });
}

/** Comments without their stars, and string literals, of one source file. */
function textsOfSource(path: string): Text[] {
  const source = readFileSync(path, 'utf8');
  const file = relative(ROOT, path);
  const { program, comments } = parseSync(path, source);
  const lineOf = (offset: number): number => source.slice(0, offset).split('\n').length;
  const texts: Text[] = comments.map(({ type, value, start }) => ({
    file,
    line: lineOf(start),
    kind: type === 'Block' && value.startsWith('*') ? 'docstring' : 'comment',
    text: value.replaceAll(/^\s*\*+ ?/gm, '').trim(),
  }));
  const add = (text: string, start: number): void => {
    if (/ /.test(text)) texts.push({ file, line: lineOf(start), kind: 'string', text });
  };
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') add(node.value, node.start);
    },
    TemplateElement: (node) => add(node.value.cooked ?? '', node.start),
  }).visit(program);
  return texts;
}

/** The prose of a document: its lines without code blocks. */
function textsOfDocument(path: string): Text[] {
  let code = false;
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      if (text.startsWith('```')) code = !code;
      return code ? [] : [{ file: relative(ROOT, path), line: index + 1, kind: 'document', text }];
    });
}

const sources = ['src', 'test', 'bench'].flatMap((folder) => filesBelow(join(ROOT, folder), '.ts'));
const documents = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...filesBelow(join(ROOT, 'docs'), '.md').map((path) => relative(ROOT, path)),
].map((name) => join(ROOT, name));

const texts = [...sources.flatMap(textsOfSource), ...documents.flatMap(textsOfDocument)].filter(
  ({ file }) => !exempt.has(file),
);

describe('the prose of sources, tests and documents has no', () => {
  for (const { name, instead, pattern, kinds } of rules) {
    it(name, () => {
      const found = texts
        .filter(({ kind, text }) => kinds.includes(kind) && pattern.test(text))
        .map(({ file, line, text }) => `${file}:${line}: ${pattern.exec(text)?.[0]}`);
      assert.deepEqual(found, [], `write ${instead}`);
    });
  }

  it('comment line over 100 columns', () => {
    const long = sources.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          line.length > 100 &&
          /^\s*(?:\/?\*|\/\/)/.test(line) &&
          !/https?:\/\/|oxlint-disable/.test(line)
            ? [`${relative(ROOT, path)}:${index + 1}`]
            : [],
        ),
    );
    assert.deepEqual(long, [], 'wrap it');
  });
});

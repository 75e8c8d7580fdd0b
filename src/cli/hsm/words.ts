import { CliError } from '../io.ts';

/** A part in quotes, an escaped character, or characters that mean themselves. */
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy;

/**
 * Splits a line as a shell does: by blanks, with quotes and backslashes, without any substitution.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line.charAt(at))) {
      at += 1;
      continue;
    }
    const { word, end } = wordAt(line, at);
    words.push(word);
    at = end;
  }
  return words;
}

function wordAt(line: string, start: number): { readonly word: string; readonly end: number } {
  let word = '';
  let end = start;
  while (end < line.length && !/\s/.test(line.charAt(end))) {
    PART.lastIndex = end;
    const [part, single, double, escaped, plain] = PART.exec(line) ?? [];
    if (part === undefined) throw new CliError('a quote is not closed');
    word += single ?? double?.replaceAll(/\\(.)/gs, '$1') ?? escaped ?? plain ?? '';
    end += part.length;
  }
  return { word, end };
}

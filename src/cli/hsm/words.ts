import { CliError } from '../io.ts';

/** A quoted part, an escaped character, or plain characters. */
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy;

/** Splits a line like a shell: at spaces, with quotes and backslashes, without substitution. */
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
    if (part === undefined) throw new CliError('unclosed quote');
    word += single ?? double?.replaceAll(/\\(.)/gs, '$1') ?? escaped ?? plain ?? '';
    end += part.length;
  }
  return { word, end };
}

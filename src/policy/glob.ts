/** A pattern as numbers: UTF-16 code units, and these two for the wildcards. */
export type Glob = readonly number[];
/** Any characters, none included. */
export const STAR = -1;
/** Exactly one character. */
export const ANY = -2;

type Matcher = (text: string) => boolean;

/**
 * A matcher for a pattern. A hostile pattern costs at most the product of the two lengths: on a mismatch only the last
 * star gives way, and a pattern with more to match than the text has fails at once.
 */
export function compileGlob(glob: Glob): Matcher {
  const stars = glob.filter((code) => code === STAR).length;
  if (stars === 0 && !glob.includes(ANY)) {
    const literal = textOf(glob);
    return (text) => text === literal;
  }
  if (stars === glob.length) return () => true;
  if (stars === 1 && glob.at(-1) === STAR && !glob.includes(ANY)) {
    const prefix = textOf(glob.slice(0, -1));
    return (text) => text.startsWith(prefix);
  }
  const shortest = glob.length - stars;
  return (text) => text.length >= shortest && matches(glob, text);
}

/** The text that a pattern without wildcards stands for. */
function textOf(glob: Glob): string {
  let text = '';
  for (const code of glob) text += String.fromCharCode(code);
  return text;
}

function matches(glob: Glob, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let position = 0; position < text.length;) {
    const wanted = glob[at];
    if (wanted === STAR) {
      star = at;
      resume = position;
      at += 1;
    } else if (wanted === ANY || wanted === text.charCodeAt(position)) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      position = resume;
    } else {
      return false;
    }
  }
  while (glob[at] === STAR) at += 1;
  return at === glob.length;
}

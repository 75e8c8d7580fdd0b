const STAR = 42;
const QUESTION = 63;

/**
 * A matcher for a pattern in which `*` stands for any characters, none included, and `?` for exactly one. A hostile
 * pattern costs at most the square of the text's length: a pattern with more to match than the text has fails at once.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const glob = pattern.replace(/\*{2,}/g, '*');
  if (glob === '*') return () => true;
  if (!glob.includes('*') && !glob.includes('?')) return (text) => text === glob;
  const prefix = glob.slice(0, -1);
  if (glob.endsWith('*') && !prefix.includes('*') && !prefix.includes('?')) return (text) => text.startsWith(prefix);
  const shortest = glob.length - glob.split('*').length + 1;
  return (text) => text.length >= shortest && matches(glob, text);
}

/** On a mismatch only the last star need give way: an earlier one can gain nothing that the last one can't. */
function matches(glob: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let position = 0; position < text.length;) {
    const wanted = glob.charCodeAt(at);
    if (wanted === STAR) {
      star = at;
      resume = position;
      at += 1;
    } else if (wanted === QUESTION || wanted === text.charCodeAt(position)) {
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
  return at === glob.length || (at === glob.length - 1 && glob.charCodeAt(at) === STAR);
}

/** Wildcards don't reach across the first five colons of an ARN. A pattern is `*` or an ARN. */
export function compileArnPattern(pattern: string): (arn: string) => boolean {
  if (pattern === '*') return () => true;
  if (!pattern.includes('*') && !pattern.includes('?')) return (arn) => arn === pattern;
  const parts = arnParts(pattern).map(compileWildcard);
  return (arn) => {
    const given = arnParts(arn);
    return given.length === parts.length && parts.every((matchesPart, at) => matchesPart(given[at] ?? ''));
  };
}

/** The five parts before the resource, and the resource with whatever colons it has. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

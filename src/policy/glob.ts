/** A pattern as UTF-16 code units, with negative numbers for the wildcards. */
export type Glob = readonly number[];
/** Wildcard for any number of characters, including none. */
export const STAR = -1;
/** Wildcard for exactly one character. */
export const ANY = -2;

/**
 * Maximum length of a pattern with `?`, in UTF-16 code units. AWS documents no such limit. Together
 * with the single pass per segment it bounds the time that a hostile pattern can take.
 */
export const MAX_CHARS_WITH_ANY = 1_024;

/** A part of a pattern between two stars. */
interface Segment {
  readonly codes: Glob;
  /** The text of the segment, if it contains no `?`. */
  readonly text: string | undefined;
  /** Positions of each character, one bit per position. `?` sets its bit for all characters. */
  readonly places: ReadonlyMap<number, bigint>;
  readonly anywhere: bigint;
}

/** Compiles a pattern into a matcher. */
export function compileGlob(glob: Glob): (text: string) => boolean {
  const segments = segmentsOf(glob);
  const [first, ...rest] = segments;
  const last = rest.pop();
  if (!first) return (text) => text === '';
  if (!last)
    return first.text === undefined
      ? (text) => text.length === first.codes.length && fits(first, text, 0)
      : equals(first.text);
  if (rest.length === 0 && last.text === '' && first.text !== undefined)
    return startsWith(first.text);
  const shortest = segments.reduce((sum, { codes }) => sum + codes.length, 0);
  return (text) => {
    const end = text.length - last.codes.length;
    if (text.length < shortest || !fits(first, text, 0) || !fits(last, text, end)) return false;
    return inOrder(rest, text, { from: first.codes.length, end });
  };
}

function equals(wanted: string): (text: string) => boolean {
  return (text) => text === wanted;
}

function startsWith(prefix: string): (text: string) => boolean {
  return (text) => text.startsWith(prefix);
}

function fits({ codes, text: wanted }: Segment, text: string, from: number): boolean {
  if (wanted !== undefined) return text.startsWith(wanted, from);
  return codes.every((code, at) => code === ANY || code === text.charCodeAt(from + at));
}

/**
 * Matches each segment at its earliest position. A later position could not help the segments that
 * follow.
 */
function inOrder(
  segments: readonly Segment[],
  text: string,
  { from, end }: { readonly from: number; readonly end: number },
): boolean {
  let at = from;
  for (const segment of segments) {
    const found =
      segment.text === undefined ? findMasked(segment, text, at) : text.indexOf(segment.text, at);
    if (found < 0) return false;
    at = found + segment.codes.length;
    if (at > end) return false;
  }
  return true;
}

/**
 * Finds a segment with the Shift-And algorithm: bit `n` of the state means that the last `n + 1`
 * characters match the start of the segment.
 */
function findMasked({ codes, places, anywhere }: Segment, text: string, from: number): number {
  const complete = 1n << BigInt(codes.length - 1);
  let state = 0n;
  for (let at = from; at < text.length; at += 1) {
    state = ((state << 1n) | 1n) & (places.get(text.charCodeAt(at)) ?? anywhere);
    if ((state & complete) !== 0n) return at - codes.length + 1;
  }
  return -1;
}

function segmentsOf(glob: Glob): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  for (let at = 0; at <= glob.length; at += 1) {
    if (at < glob.length && glob[at] !== STAR) continue;
    segments.push(segmentOf(glob.slice(start, at)));
    start = at + 1;
  }
  return segments;
}

function segmentOf(codes: Glob): Segment {
  const places = new Map<number, bigint>();
  if (!codes.includes(ANY)) {
    let text = '';
    for (const code of codes) text += String.fromCharCode(code);
    return { codes, text, places, anywhere: 0n };
  }
  let anywhere = 0n;
  codes.forEach((code, at) => {
    if (code === ANY) anywhere |= 1n << BigInt(at);
    else places.set(code, (places.get(code) ?? 0n) | (1n << BigInt(at)));
  });
  for (const [code, bits] of places) places.set(code, bits | anywhere);
  return { codes, text: undefined, places, anywhere };
}

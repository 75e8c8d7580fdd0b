import { PolicyError } from './document.ts';
import { MAX_CHARS_WITH_ANY } from './glob.ts';

export type Json = Readonly<Record<string, unknown>>;

export function object(json: unknown, what: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new PolicyError(`${what} must be a JSON object.`);
  return json as Json;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Returns one string or a list of strings as a list. */
export function texts(value: unknown, element: string): readonly string[] {
  return listOf(value).map((one) => {
    if (typeof one !== 'string')
      throw new PolicyError(`${element} must be a string or a list of strings.`);
    return bounded(one);
  });
}

/** Returns the text if the time to match it as a pattern is bounded. @throws PolicyError */
export function bounded(pattern: string): string {
  if (pattern.length > MAX_CHARS_WITH_ANY && pattern.includes('?')) {
    throw new PolicyError(
      `A text with a question mark must not be longer than ${MAX_CHARS_WITH_ANY} characters.`,
    );
  }
  return pattern;
}

export function optionalText<K extends string>(
  name: K,
  element: string,
  value: unknown,
): { readonly [N in K]?: string } {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw new PolicyError(`${element} must be a string.`);
  // A computed name widens to an index signature; it is exactly `name`.
  return { [name]: value } as { readonly [N in K]?: string };
}

const MAX_SHOWN_CHARS = 256;

/** Truncates a policy's text to what a message may repeat. */
export function shown(text: string): string {
  return text.length <= MAX_SHOWN_CHARS ? text : `${text.slice(0, MAX_SHOWN_CHARS)}…`;
}

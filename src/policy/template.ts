import type { RequestContext } from './context.ts';
import { ANY, compileGlob, STAR, type Glob } from './glob.ts';

/**
 * A policy variable: `${aws:username}`, or `${aws:username, 'nobody'}` with a default for requests
 * that do not have the key.
 */
export interface Variable {
  /** The condition key, in lower case. */
  readonly key: string;
  readonly fallback?: string;
}

/** One character of a policy's text, a wildcard, or a variable. */
export type Token = number | Variable;

/**
 * Special characters of a text. `StringEquals` has no wildcards, and variables exist since version
 * 2012-10-17.
 */
export interface Reading {
  readonly wildcards: boolean;
  readonly variables: boolean;
}

const VARIABLE = /\$\{([^}]*)\}/y;
const FALLBACK = /^([^,]*),\s*'([^']*)'\s*$/;
const escapes: ReadonlySet<string> = new Set(['*', '?', '$']);

/**
 * Splits a policy's text into tokens. Source: "IAM policy elements: Variables and tags" in the IAM
 * User Guide.
 */
export function readTemplate(text: string, { wildcards, variables }: Reading): Token[] {
  const tokens: Token[] = [];
  const lastEnd = variables ? text.lastIndexOf('}') : -1;
  for (let at = 0; at < text.length;) {
    VARIABLE.lastIndex = at;
    const [whole, inside = ''] = (at < lastEnd && VARIABLE.exec(text)) || [];
    if (whole !== undefined) {
      tokens.push(escapes.has(inside) ? inside.charCodeAt(0) : variable(inside));
      at += whole.length;
    } else {
      tokens.push(tokenOf(text, at, wildcards));
      at += 1;
    }
  }
  return tokens;
}

function tokenOf(text: string, at: number, wildcards: boolean): number {
  if (wildcards && text[at] === '*') return STAR;
  if (wildcards && text[at] === '?') return ANY;
  return text.charCodeAt(at);
}

function variable(inside: string): Variable {
  const [, key, fallback] = FALLBACK.exec(inside) ?? [];
  if (key !== undefined && fallback !== undefined)
    return { key: key.trim().toLowerCase(), fallback };
  return { key: inside.trim().toLowerCase() };
}

/**
 * Returns whether a text matches a template in one request. A template whose variable has no value
 * matches nothing.
 */
export type TemplateMatcher = (text: string, context: RequestContext) => boolean;

/**
 * Compiles a template: once if it has no variables, else per use. The value of a variable is taken
 * literally, without wildcards.
 */
export function compileTemplate(tokens: readonly Token[]): TemplateMatcher {
  const fixed = tokens.filter((token) => typeof token === 'number');
  if (fixed.length === tokens.length) return compileGlob(fixed);
  return (text, context) => {
    const glob = resolve(tokens, context);
    return glob !== undefined && compileGlob(glob)(text);
  };
}

function resolve(tokens: readonly Token[], context: RequestContext): Glob | undefined {
  const glob: number[] = [];
  for (const token of tokens) {
    if (typeof token === 'number') {
      glob.push(token);
      continue;
    }
    const value = context(token.key) ?? token.fallback;
    if (typeof value !== 'string') return undefined;
    for (let at = 0; at < value.length; at += 1) glob.push(value.charCodeAt(at));
  }
  return glob;
}

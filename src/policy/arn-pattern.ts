import { compileTemplate, readTemplate, type Token, type TemplateMatcher } from './template.ts';

const COLON = ':'.charCodeAt(0);
/**
 * Parts of an ARN: `arn`, partition, service, Region, account, resource. Only the last may contain
 * colons.
 */
const ARN_PARTS = 6;

/**
 * Compiles an ARN with wildcards, which do not match across its first five colons. If the pattern
 * has fewer parts, the missing ones match anything. Variables are resolved within their part: their
 * values cannot add parts.
 */
export function compileArnPattern(pattern: string, variables: boolean): TemplateMatcher {
  if (pattern === '*') return () => true;
  const tokens = readTemplate(pattern, { wildcards: true, variables });
  const split = splitTokens(tokens);
  if (
    split.length === ARN_PARTS &&
    tokens.every((token) => typeof token === 'number' && token >= 0)
  )
    return compileTemplate(tokens);
  const parts = split.map(compileTemplate);
  return (arn, context) => {
    const given = arnParts(arn);
    return (
      given.length === ARN_PARTS && parts.every((matches, at) => matches(given[at] ?? '', context))
    );
  };
}

/**
 * Splits tokens at the first five colons. A short pattern stays short: missing parts are not
 * compared.
 */
function splitTokens(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token === COLON && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** Splits an ARN into the five parts before the resource, and the resource with its colons. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= ARN_PARTS
    ? parts
    : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

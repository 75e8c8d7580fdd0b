import { compileTemplate, readTemplate, type Token, type TemplateMatcher } from './template.ts';

const COLON = ':'.charCodeAt(0);
/** `arn`, partition, service, Region, account, resource. Only the last may have colons of its own. */
const ARN_PARTS = 6;

/**
 * A matcher for an ARN with wildcards, which don't reach across its first five colons. An ARN that ends early goes on
 * with wildcards. Variables are resolved within their part: what they stand for can't add parts.
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

/** Short ARNs stay short here: the parts that are not there are not looked at. */
function splitTokens(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (token === COLON && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** The five parts before the resource, and the resource with whatever colons it has. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= ARN_PARTS
    ? parts
    : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

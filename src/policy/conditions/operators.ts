import { compileArnPattern } from '../arn-pattern.ts';
import type { RequestContext } from '../context.ts';
import { compileTemplate, readTemplate } from '../template.ts';
import { inRange, parseAddress, parseRange } from './ip-range.ts';
import { parseBinary, parseBoolean, parseInstant, parseNumber } from './scalars.ts';

/**
 * Compares a value of the request with a value of the policy. Returns undefined if they cannot be
 * compared.
 */
export type Comparison = (value: string, context: RequestContext) => boolean | undefined;

export interface Operator {
  /**
   * True if the request's values must match none of the policy's values, instead of one of them.
   */
  readonly negated: boolean;
  readonly compile: (wanted: string, variables: boolean) => Comparison;
}

/** Compares two texts by their parsed values. */
function ordered<T>(
  parse: (text: string) => T | undefined,
  holds: (value: T, wanted: T) => boolean,
): Operator['compile'] {
  return (text) => {
    const wanted = parse(text);
    return (given) => {
      const value = parse(given);
      return value === undefined || wanted === undefined ? undefined : holds(value, wanted);
    };
  };
}

const text: Operator['compile'] = (wanted, variables) =>
  compileTemplate(readTemplate(wanted, { wildcards: false, variables }));
const textLike: Operator['compile'] = (wanted, variables) =>
  compileTemplate(readTemplate(wanted, { wildcards: true, variables }));
const textInAnyCase: Operator['compile'] = (wanted, variables) => {
  const tokens = readTemplate(wanted, { wildcards: false, variables });
  // The value of a variable is lowered too: it comes from the context when the condition is tested.
  const folded = tokens.map((token) => {
    if (typeof token === 'number') return String.fromCharCode(token).toLowerCase().charCodeAt(0);
    return token.fallback === undefined
      ? token
      : { ...token, fallback: token.fallback.toLowerCase() };
  });
  const matches = compileTemplate(folded);
  return (value, context) => matches(value.toLowerCase(), (key) => lowered(context(key)));
};

function lowered(value: ReturnType<RequestContext>): ReturnType<RequestContext> {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/**
 * Matches ARNs. ArnEquals is the same as ArnLike. Source: "Amazon Resource Name (ARN) condition
 * operators".
 */
const arn: Operator['compile'] = (wanted, variables) => {
  if (wanted.split(':').length < 6) return () => undefined;
  const matches = compileArnPattern(wanted, variables);
  return (value, context) => (value.split(':').length < 6 ? undefined : matches(value, context));
};

const ip: Operator['compile'] = (wanted) => {
  const range = parseRange(wanted);
  return (value) => {
    const address = parseAddress(value);
    return address === undefined || range === undefined ? undefined : inRange(address, range);
  };
};

const same = <T>(a: T, b: T): boolean => a === b;
const less = (a: number, b: number): boolean => a < b;
const atMost = (a: number, b: number): boolean => a <= b;
const more = (a: number, b: number): boolean => a > b;
const atLeast = (a: number, b: number): boolean => a >= b;

const is = (compile: Operator['compile']): Operator => ({ negated: false, compile });
const isNot = (compile: Operator['compile']): Operator => ({ negated: true, compile });

/**
 * Every condition operator except `Null`, by its name in lower case, without set prefix and
 * `IfExists`.
 * Source: "IAM JSON policy elements: Condition operators" in the IAM User Guide.
 */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ['stringequals', is(text)],
  ['stringnotequals', isNot(text)],
  ['stringequalsignorecase', is(textInAnyCase)],
  ['stringnotequalsignorecase', isNot(textInAnyCase)],
  ['stringlike', is(textLike)],
  ['stringnotlike', isNot(textLike)],
  ['numericequals', is(ordered(parseNumber, same))],
  ['numericnotequals', isNot(ordered(parseNumber, same))],
  ['numericlessthan', is(ordered(parseNumber, less))],
  ['numericlessthanequals', is(ordered(parseNumber, atMost))],
  ['numericgreaterthan', is(ordered(parseNumber, more))],
  ['numericgreaterthanequals', is(ordered(parseNumber, atLeast))],
  ['dateequals', is(ordered(parseInstant, same))],
  ['datenotequals', isNot(ordered(parseInstant, same))],
  ['datelessthan', is(ordered(parseInstant, less))],
  ['datelessthanequals', is(ordered(parseInstant, atMost))],
  ['dategreaterthan', is(ordered(parseInstant, more))],
  ['dategreaterthanequals', is(ordered(parseInstant, atLeast))],
  ['bool', is(ordered(parseBoolean, same))],
  ['binaryequals', is(ordered(parseBinary, same))],
  ['ipaddress', is(ip)],
  ['notipaddress', isNot(ip)],
  ['arnequals', is(arn)],
  ['arnlike', is(arn)],
  ['arnnotequals', isNot(arn)],
  ['arnnotlike', isNot(arn)],
]);

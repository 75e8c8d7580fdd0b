import { allOf, anyOf } from '../any-of.ts';
import type { RequestContext } from '../context.ts';
import { PolicyError, type Condition } from '../document.ts';
import { isNull, parseOperatorName, type OperatorName } from './operator-name.ts';
import { operators, type Comparison, type Operator } from './operators.ts';
import { parseBoolean } from './scalars.ts';

export type Holds = (context: RequestContext) => boolean;

/**
 * Compiles one condition into a closure.
 * Source: "Condition operators" and "Set operators for multi-valued context keys" in the IAM User
 * Guide.
 */
export function compileCondition({ operator, key, values }: Condition, variables: boolean): Holds {
  const name = parseOperatorName(operator);
  if (!name) throw new PolicyError(`Invalid Condition type : ${operator}.`);
  const lowerKey = key.toLowerCase();
  if (isNull(name)) return nullTest(lowerKey, values);
  const base = operators.get(name.base);
  if (!base) throw new PolicyError(`Invalid Condition type : ${operator}.`);
  const comparisons = values.map((value) => base.compile(value, variables));
  const fits = base.negated ? noneOf(comparisons) : oneOf(comparisons);
  const absent = whenAbsent(name, base);
  if (name.set === undefined) {
    return (context) => {
      const value = context(lowerKey);
      return value === undefined ? absent : typeof value === 'string' && fits(value, context);
    };
  }
  return (context) => {
    const value = context(lowerKey);
    if (value === undefined) return absent;
    const given = typeof value === 'string' ? [value] : value;
    return name.set === 'any'
      ? given.some((one) => fits(one, context))
      : given.every((one) => fits(one, context));
  };
}

function whenAbsent({ set, ifExists }: OperatorName, { negated }: Operator): boolean {
  if (ifExists || set === 'all') return true;
  return set === undefined && negated;
}

function nullTest(key: string, values: readonly string[]): Holds {
  const wanted = values.map(parseBoolean);
  return (context) => wanted.includes(context(key) === undefined);
}

type Fits = (value: string, context: RequestContext) => boolean;

function oneOf(comparisons: readonly Comparison[]): Fits {
  return anyOf(
    comparisons.map(
      (compare): Fits =>
        (value, context) =>
          compare(value, context) === true,
    ),
  );
}

/** Holds if every comparison is false. Values that cannot be compared are not known to differ. */
function noneOf(comparisons: readonly Comparison[]): Fits {
  return allOf(
    comparisons.map(
      (compare): Fits =>
        (value, context) =>
          compare(value, context) === false,
    ),
  );
}

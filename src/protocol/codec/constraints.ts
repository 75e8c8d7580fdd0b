import type { MemberShape } from '../../contract/index.ts';

/** A rule of the service model, with the sentence that AWS sends when it is violated. */
export interface Constraint {
  readonly holds: (value: unknown) => boolean;
  readonly sentence: string;
}

/** Returns the rules for a value itself, not for its contents, in AWS's order. */
export function constraintsOf(shape: MemberShape): readonly Constraint[] {
  switch (shape.kind) {
    case 'enum':
      return [oneOf(Object.keys(shape.values))];
    case 'text':
      return [
        ...bounds(shape, 'length', (value) => (value as string).length),
        ...pattern(shape.pattern, shape.max),
      ];
    case 'blob':
    case 'list':
      return bounds(shape, 'length', (value) => (value as { readonly length: number }).length);
    case 'map':
      return bounds(shape, 'length', (value) => Object.keys(value as object).length);
    case 'int':
      return bounds(shape, 'value', Number);
    case 'bool':
    case 'timestamp':
    case 'struct':
      return [];
  }
}

function bounds(
  { min, max }: { readonly min?: number; readonly max?: number },
  what: 'length' | 'value',
  measure: (value: unknown) => number,
): Constraint[] {
  const rules: Constraint[] = [];
  if (max !== undefined) {
    rules.push({
      holds: (value) => measure(value) <= max,
      sentence: `Member must have ${what} less than or equal to ${max}`,
    });
  }
  if (min !== undefined) {
    rules.push({
      holds: (value) => measure(value) >= min,
      sentence: `Member must have ${what} greater than or equal to ${min}`,
    });
  }
  return rules;
}

/** Texts over the maximum length are not matched, so that the cost of a pattern stays bounded. */
function pattern(source: string | undefined, max = Number.POSITIVE_INFINITY): Constraint[] {
  if (source === undefined) return [];
  const whole = new RegExp(`^(?:${source})$`, 'u');
  const holds = (value: unknown): boolean =>
    (value as string).length > max || whole.test(value as string);
  return [{ holds, sentence: `Member must satisfy regular expression pattern: ${source}` }];
}

function oneOf(values: readonly string[]): Constraint {
  const known = new Set<unknown>(values);
  return {
    holds: (value) => known.has(value),
    sentence: `Member must satisfy enum value set: [${values.join(', ')}]`,
  };
}

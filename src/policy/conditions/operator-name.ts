import { operators } from './operators.ts';

/** An operator's name in its parts: `ForAnyValue:` · `StringLike` · `IfExists`. */
export interface OperatorName {
  readonly set: 'any' | 'all' | undefined;
  /** The base operator, in lower case. */
  readonly base: string;
  readonly ifExists: boolean;
}

const NAME = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/;
const NULL = 'null';

/**
 * Parses an operator's name, regardless of case. Returns undefined if there is no such operator.
 */
export function parseOperatorName(text: string): OperatorName | undefined {
  const [, set, base = '', ifExists] = NAME.exec(text.toLowerCase()) ?? [];
  if (base === NULL ? ifExists !== undefined : !operators.has(base)) return undefined;
  return { set: setOf(set), base, ifExists: ifExists !== undefined };
}

function setOf(prefix: string | undefined): OperatorName['set'] {
  if (prefix === undefined) return undefined;
  return prefix === 'foranyvalue' ? 'any' : 'all';
}

export function isNull({ base }: OperatorName): boolean {
  return base === NULL;
}

import { keySpecProperties } from './key-spec.ts';
import type { KeyRow, Origin } from './key-rows.ts';

/**
 * Why an operation does not support a key, whatever its state: the end of the error message after
 * the key's ARN. Undefined where AWS sends no message.
 */
export type KindMismatch = { readonly text: string | undefined };

type Kind = Pick<KeyRow, 'keySpec' | 'origin' | 'region' | 'primaryRegion'>;

interface KindRule {
  readonly origins: readonly Origin[];
  readonly symmetricOnly?: true;
  /**
   * Requires the primary key of a multi-Region key (`if-multi-region`), or a multi-Region primary
   * key (`required`).
   */
  readonly primary?: 'if-multi-region' | 'required';
}

/**
 * Rules for the keys that operations support. Operations without a rule support every key.
 * Source: "Special-purpose keys" and the operations' pages in the AWS KMS Developer Guide and API
 * Reference.
 */
const rules = {
  'automatic-rotation': { origins: ['AWS_KMS'], symmetricOnly: true, primary: 'if-multi-region' },
  'rotation-on-demand': {
    origins: ['AWS_KMS', 'EXTERNAL'],
    symmetricOnly: true,
    primary: 'if-multi-region',
  },
  'rotation-status': { origins: ['AWS_KMS'] },
  'rotation-list': { origins: ['AWS_KMS', 'EXTERNAL'], symmetricOnly: true },
  import: { origins: ['EXTERNAL'] },
  'multi-region-primary': { origins: ['AWS_KMS', 'EXTERNAL'], primary: 'required' },
} as const satisfies Record<string, KindRule>;

export type KeyKindRule = keyof typeof rules;

/** Returns why the operation does not support the key, or undefined if it does. */
export function kindMismatch(name: KeyKindRule, key: Kind): KindMismatch | undefined {
  const rule: KindRule = rules[name];
  if (rule.symmetricOnly && keySpecProperties(key.keySpec).family !== 'symmetric')
    return { text: undefined };
  if (!rule.origins.includes(key.origin))
    return { text: `origin is ${key.origin} which is not valid for this operation.` };
  if (rule.primary !== undefined && !isPrimary(key, rule.primary))
    return { text: 'is not a multi-region primary key.' };
  return undefined;
}

function isPrimary(
  { region, primaryRegion }: Kind,
  wanted: 'if-multi-region' | 'required',
): boolean {
  return primaryRegion === undefined ? wanted === 'if-multi-region' : primaryRegion === region;
}

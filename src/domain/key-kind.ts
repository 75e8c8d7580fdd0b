import { keySpecProperties } from './key-spec.ts';
import type { KeyRow, Origin } from './key-rows.ts';

/** Why an operation is not for a key, whatever its state: how the text ends after the key's ARN, or none, as AWS sends none. */
export type KindRefusal = { readonly text: string | undefined };

type Kind = Pick<KeyRow, 'keySpec' | 'origin' | 'region' | 'primaryRegion'>;

interface KindRule {
  readonly origins: readonly Origin[];
  readonly symmetricOnly?: true;
  /** Of a multi-Region key, only the primary. `required`: and no other key at all. */
  readonly primary?: 'if-multi-region' | 'required';
}

/**
 * Which keys an operation is for. What is not listed is for every key.
 * Source: "Special-purpose keys" and the operations' pages in the AWS KMS Developer Guide and API Reference.
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

/** Undefined if the operation is for this kind of key. */
export function kindRefusal(name: KeyKindRule, key: Kind): KindRefusal | undefined {
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

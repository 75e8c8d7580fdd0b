import {
  formAttributes,
  HsmError,
  type KeyForm,
  type KeyTemplate,
  type UnwrapTemplate,
} from '../wire/index.ts';
import type { FixedAttributes } from './key.ts';

/**
 * Returns the union of an unwrap template and the client's template for a key of this form. Throws
 * HsmError `template-inconsistent` if they differ in an attribute, or the form is another one.
 */
export function unionOf(
  prescribed: UnwrapTemplate,
  form: KeyForm,
  wanted: KeyTemplate,
): KeyTemplate {
  const described: Readonly<Record<string, unknown>> = { ...formAttributes(form) };
  const chosen: Readonly<Record<string, unknown>> = { ...wanted };
  const union: Record<string, unknown> = { ...wanted };
  for (const [name, value] of Object.entries(prescribed)) {
    const isOfForm = FORM_ATTRIBUTES.has(name);
    const actual = isOfForm ? described[name] : (chosen[name] ?? value);
    if (actual !== value)
      throw new HsmError(
        'template-inconsistent',
        `the unwrap template prescribes ${name}=${value}`,
      );
    if (!isOfForm) union[name] = value;
  }
  return union;
}

const FORM_ATTRIBUTES: ReadonlySet<string> = new Set<keyof UnwrapTemplate>([
  'class',
  'key-type',
  'curve',
  'modulus-size-bits',
  'parameter-set',
]);

/**
 * Returns whether keys that this one unwraps leave the HSM never, or under trusted keys only.
 * Nothing can change that later.
 */
export function confines({ unwrapTemplate }: FixedAttributes): boolean {
  return unwrapTemplate?.extractable === false || unwrapTemplate?.['wrap-with-trusted'] === true;
}

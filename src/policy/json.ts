import { PolicyError } from './document.ts';

export type Json = Readonly<Record<string, unknown>>;

export function object(json: unknown, what: string): Json {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new PolicyError(`${what} must be a JSON object.`);
  return json as Json;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** One string or a list of them. */
export function texts(value: unknown, element: string): readonly string[] {
  return listOf(value).map((one) => {
    if (typeof one !== 'string') throw new PolicyError(`${element} must be a string or a list of strings.`);
    return one;
  });
}

export function optionalText<K extends string>(name: K, element: string, value: unknown): { readonly [N in K]?: string } {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw new PolicyError(`${element} must be a string.`);
  // A computed name widens to an index signature; it is exactly `name`.
  return { [name]: value } as { readonly [N in K]?: string };
}

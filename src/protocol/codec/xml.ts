import { toBase64 } from './base64.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** Members of outputs that are maps. Their contents are `entry` elements. */
const MAPS: ReadonlySet<string> = new Set(['SummaryMap']);

/**
 * Encodes an element with a text, with elements, or with the `member` elements of a list. Returns
 * an empty text for undefined.
 */
export function element(name: string, value: unknown): string {
  return value === undefined
    ? ''
    : `<${name}>${MAPS.has(name) ? entries(value) : content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escape(String(value));
  if (value instanceof Uint8Array) return toBase64(value);
  // AWS's Query services write whole seconds.
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (Array.isArray(value)) return value.map((one) => element('member', one)).join('');
  return Object.entries(value)
    .map(([name, one]) => element(name, one))
    .join('');
}

function entries(value: unknown): string {
  return Object.entries(value ?? {})
    .map(([key, one]) => element('entry', { key, value: one }))
    .join('');
}

function escape(text: string): string {
  // XML cannot represent the other control characters.
  return text
    .replace(/[&<>"'\r]/g, (char) => ESCAPES[char] ?? char)
    .replace(/[^\t\n\u0020-\uFFFD]/g, '\uFFFD');
}

import { toBase64 } from './base64.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
};

/** The members of outputs that are maps: what they hold goes into `entry` elements. */
const MAPS: ReadonlySet<string> = new Set(['SummaryMap']);

/** One element with text, with elements, or with `member` elements of a list; nothing for what is undefined. */
export function element(name: string, value: unknown): string {
  return value === undefined
    ? ''
    : `<${name}>${MAPS.has(name) ? entries(value) : content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escape(String(value));
  if (value instanceof Uint8Array) return toBase64(value);
  // As AWS's Query services write times: whole seconds.
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
  // XML has no way to write the other control characters.
  return text
    .replace(/[&<>"'\r]/g, (char) => ESCAPES[char] ?? char)
    .replace(/[^\t\n\u0020-\uFFFD]/g, '\uFFFD');
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A secret that passed through Keyhold and must not be stored anywhere in plaintext. */
export interface Planted {
  readonly what: string;
  readonly bytes: Uint8Array;
}

export function planted(what: string, secret: string | Uint8Array | undefined): Planted {
  const bytes =
    typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret ?? []);
  // Shorter values could occur by chance.
  if (bytes.length < 12) throw new Error(`${what} is too short to search for`);
  return { what, bytes };
}

/**
 * Returns the encodings of a secret to search for: raw, hex in both cases, and Base64 at each of
 * the three offsets.
 */
function formsOf({ bytes }: Planted): Buffer[] {
  const hex = Buffer.from(bytes).toString('hex');
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // Digits that also encode neighbouring bytes are cut off.
    const inner = text.slice(offset === 0 ? 0 : offset + 1, -2);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [
    Buffer.from(bytes),
    ...[hex, hex.toUpperCase(), ...base64].map((text) => Buffer.from(text)),
  ];
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

/**
 * Searches the files of a folder and the texts of `others` for secrets in plaintext. Returns one
 * line per finding.
 */
export function findPlanted(
  secrets: readonly Planted[],
  folder: string,
  others: Readonly<Record<string, string>> = {},
): string[] {
  const places: [string, Buffer][] = [
    ...filesUnder(folder).map((path): [string, Buffer] => [path, readFileSync(path)]),
    ...Object.entries(others).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]),
  ];
  return secrets.flatMap((secret) => {
    const forms = formsOf(secret);
    return places
      .filter(([, content]) => forms.some((form) => content.includes(form)))
      .map(([path]) => `${secret.what} in ${path}`);
  });
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A secret that was put in somewhere, and must be found nowhere. */
export interface Planted {
  readonly what: string;
  readonly bytes: Uint8Array;
}

export function planted(what: string, secret: string | Uint8Array | undefined): Planted {
  const bytes =
    typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret ?? []);
  // Anything shorter could be found by chance.
  if (bytes.length < 12) throw new Error(`${what} is too short to be looked for`);
  return { what, bytes };
}

/** The forms in which bytes may lie about: as they are, hex in both cases, and base64 wherever in a longer text they begin. */
function formsOf({ bytes }: Planted): Buffer[] {
  const hex = Buffer.from(bytes).toString('hex');
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    // What shares a digit with bytes before or after is not theirs alone.
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

/** Where any of the secrets lies in clear: in a file under the folder, or in the text of `others`. */
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

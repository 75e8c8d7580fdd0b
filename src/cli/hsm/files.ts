import { readFileIfThere, writeFileDurably } from '../../base/index.ts';
import { CliError } from '../io.ts';

/** Returns the bytes of an option: in base64 on the command line, or in a file. */
export function bytesFrom(
  option: string,
  inline: string | undefined,
  path: string | undefined,
): Uint8Array {
  if ((inline === undefined) === (path === undefined))
    throw new CliError(`pass either --${option} (base64) or --${option}-path`);
  if (path !== undefined) return bytesOfFile(path);
  const text = inline ?? '';
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new CliError(`--${option} is not valid base64`);
  return bytes;
}

export function bytesOfFile(path: string): Buffer {
  const bytes = readFileIfThere(path);
  if (!bytes) throw new CliError(`file ${path} does not exist`);
  return bytes;
}

/** Writes bytes to a file if `path` is given. Otherwise returns them in base64 under `name`. */
export function bytesTo(name: string, bytes: Uint8Array, path: string | undefined): object {
  if (path === undefined) return { [name]: Buffer.from(bytes).toString('base64') };
  writeFileDurably(path, bytes);
  return { path };
}

const PEM = /-----BEGIN (?<label>[A-Z ]+)-----(?<body>[A-Za-z0-9+/=\s]+)-----END \k<label>-----/;

/** Returns the DER bytes of the first block of a PEM file. The block must have this label. */
export function derOfPem(path: string, label: string): Uint8Array {
  const { label: found, body } = PEM.exec(bytesOfFile(path).toString('latin1'))?.groups ?? {};
  if (found !== label || body === undefined)
    throw new CliError(`${path} is not a PEM file with a ${label} block`);
  return Buffer.from(body, 'base64');
}

export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/**
 * Parsers of option values. Imports nothing of the server, so that the commands of clients start
 * fast.
 */
import { InvalidArgumentError } from 'commander';
import type { HsmRate } from '../hsm/wire/index.ts';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('Must be a number from 0 to 65535; 0 picks a free port.');
  return Number(text);
}

/** Parses `0.0.0.0:4600` or `[::]:4600`. */
export function parseHostAndPort(text: string): HostAndPort {
  const [, host, port] =
    /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  if (host === undefined || port === undefined)
    throw new InvalidArgumentError('Must be an address and a port, e.g. 0.0.0.0:4600.');
  return { host, port: parsePort(port) };
}

export function parseAccount(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('Must have 12 digits.');
  return text;
}

export function parseRegion(text: string): string {
  if (!/^[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/.test(text))
    throw new InvalidArgumentError('Must be the name of a Region, e.g. eu-central-1.');
  return text;
}

const units: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
};

/** Parses `400d`, `-2h`, `30m` or `15s` to milliseconds. */
export function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(-?\d{1,6})([dhms])$/.exec(text) ?? [];
  const factor = units[unit];
  if (factor === undefined)
    throw new InvalidArgumentError('Must be a number followed by d, h, m or s, e.g. 400d.');
  return Number(count) * factor;
}

export function parseRate(text: string): number {
  const rate = Number(text);
  if (!/^\d{1,7}(?:\.\d{1,3})?$/.test(text) || rate === 0)
    throw new InvalidArgumentError(
      'Must be a number of requests per second above 0, e.g. 100 or 0.5.',
    );
  return rate;
}

export function parseRateOrNone(text: string): number {
  return text === 'none' ? Infinity : parseRate(text);
}

const operationClasses = ['symmetric', 'asymmetric', 'other'] as const;

/** Adds one `symmetric=2000` to `rates`. A plain number sets the rate of every class. */
export function parseHsmRate(text: string, rates: HsmRate = {}): HsmRate {
  const [first = '', ...rest] = text.split('=');
  if (rest.length === 0)
    return Object.fromEntries(operationClasses.map((name) => [name, parseClassRate(name, first)]));
  const name = operationClasses.find((one) => one === first);
  if (name === undefined)
    throw new InvalidArgumentError(
      `Must be a number or CLASS=NUMBER, e.g. symmetric=2000; classes: ${operationClasses.join(', ')}.`,
    );
  return { ...rates, [name]: parseClassRate(name, rest.join('=')) };
}

/**
 * Lowest rates, in operations per second. Startup needs about half of this in one burst from the
 * managed HSM; with less, Keyhold would not start.
 */
const MIN_RATES: Readonly<Record<(typeof operationClasses)[number], number>> = {
  symmetric: 40,
  asymmetric: 0,
  other: 40,
};

function parseClassRate(name: (typeof operationClasses)[number], text: string): number {
  const rate = parseRate(text);
  if (rate < MIN_RATES[name])
    throw new InvalidArgumentError(
      `Must be at least ${MIN_RATES[name]} for ${name} operations, because startup needs them.`,
    );
  return rate;
}

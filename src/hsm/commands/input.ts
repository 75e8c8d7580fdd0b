import { HsmError, MAX_FRAME_BYTES } from '../wire/index.ts';

/** Checks a value from the wire. Throws `malformed-request` if it is not a `T`. */
export type Check<T> = (value: unknown) => T;

/** A check for each member. The checks of optional members accept undefined. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Check<object extends Pick<T, K> ? T[K] | undefined : T[K]>;
};

/**
 * Checks a map with exactly these members. An unknown member is an error: ignoring it could change
 * the meaning of the command.
 */
export function fields<T extends object>(checks: Fields<T>): Check<T> {
  const known = Object.entries<Check<unknown>>(checks);
  const names = new Set(Object.keys(checks));
  return (value) => {
    const given = members(value);
    for (const name of Object.keys(given))
      if (!names.has(name)) throw malformed(`unknown member ${name.slice(0, 64)}`);
    const taken: Record<string, unknown> = {};
    for (const [name, check] of known) {
      const member = attempt(check, given[name], name);
      if (member !== undefined) taken[name] = member;
    }
    // Each member has passed the check for its type in T.
    return taken as T;
  };
}

export const nothing = fields<Readonly<Record<string, never>>>({});

export const flag: Check<boolean> = (value) => (typeof value === 'boolean' ? value : refuse());

export const bytes: Check<Uint8Array> = (value) => (value instanceof Uint8Array ? value : refuse());

export const keyHandle: Check<string> = (value) =>
  typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? value : refuse();

/** `longest` in UTF-16 code units. */
export function text(longest: number): Check<string> {
  return (value) => (typeof value === 'string' && value.length <= longest ? value : refuse());
}

export function matching(pattern: RegExp): Check<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : refuse());
}

export function integer(least: number, most: number): Check<number> {
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : refuse();
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Check<T> {
  return (value) => values.find((one) => one === value) ?? refuse();
}

export function eitherOf<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value) => {
    try {
      return first(value);
    } catch {
      return second(value);
    }
  };
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value) => (value === undefined ? undefined : check(value));
}

export function list<T>(check: Check<T>, most: number): Check<readonly T[]> {
  return (value) => (Array.isArray(value) && value.length <= most ? value.map(check) : refuse());
}

/** Checks a map with arbitrary names and values of one kind. */
export function mapOf<T>(check: Check<T>, most: number): Check<Readonly<Record<string, T>>> {
  return (value) => {
    const entries = Object.entries(members(value));
    if (entries.length > most) return refuse();
    return Object.fromEntries(
      entries.map(([name, member]) => [name, attempt(check, member, name)]),
    );
  };
}

/** Longest text that fits in a frame. */
export const anyText = text(MAX_FRAME_BYTES);

function members(value: unknown): Readonly<Record<string, unknown>> {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    value instanceof Uint8Array
  )
    return refuse();
  return { ...value };
}

/** The error contains the member's name, never its value. */
function attempt<T>(check: Check<T>, value: unknown, name: string): T {
  try {
    return check(value);
  } catch {
    throw malformed(`${name.slice(0, 64)} is ${value === undefined ? 'missing' : 'malformed'}`);
  }
}

export function refuse(): never {
  throw malformed('the request is malformed');
}

function malformed(message: string): HsmError {
  return new HsmError('malformed-request', message);
}

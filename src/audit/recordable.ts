import { BoundedCache, setOwn } from '../base/index.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * Names of members that are never recorded, whatever their value. Bytes are never recorded either:
 * they are plaintexts or ciphertexts.
 */
const SECRET_NAME =
  /plaintext|ciphertext(?:blob)?$|password|secret|sessiontoken|^webidentitytoken/i;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/**
 * Names of maps from names that the caller chose to strings. As in AWS, they are recorded in
 * plaintext, because they are not secret.
 */
const CONTEXT_NAME = /EncryptionContext$/;
/** Maximum nesting, more than any input or output of the contract has. */
const MAX_DEPTH = 6;
/** Bounded, because callers choose the names in some maps. */
const treatments = new BoundedCache<string, Treatment>(1_024);

/**
 * Returns the part of an input or output that may be recorded, in CloudTrail's lower camel case, or
 * null if that is nothing. Only strings, numbers, booleans, times, and lists and structures of them
 * are recorded.
 */
export function recordable(value: object | undefined): object | null {
  return value === undefined ? null : (structure(value, MAX_DEPTH) ?? null);
}

function structure(value: object, depth: number): { readonly [name: string]: Json } | undefined {
  const result: Record<string, Json> = {};
  let empty = true;
  for (const name of Object.keys(value)) {
    const how = treatmentOf(name);
    if (how.secret) continue;
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const json = how.context ? strings(member) : jsonOf(member, depth);
    if (json === undefined) continue;
    result[how.shown] = json;
    empty = false;
  }
  return empty ? undefined : result;
}

interface Treatment {
  readonly secret: boolean;
  readonly context: boolean;
  readonly shown: string;
}

/**
 * Returns how to record members of a name. It is cached: there are as many names as the contract
 * has.
 */
function treatmentOf(name: string): Treatment {
  let how = treatments.get(name);
  if (!how) {
    how = {
      secret: SECRET_NAME.test(name),
      context: CONTEXT_NAME.test(name),
      shown: lowerCamel(name),
    };
    treatments.set(name, how);
  }
  return how;
}

function jsonOf(value: unknown, depth: number): Json | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  // A private key that was sent in place of a certificate must not be recorded.
  if (typeof value === 'string') return PRIVATE_KEY.test(value) ? undefined : value;
  return typeof value === 'object' && value !== null ? compound(value, depth - 1) : undefined;
}

function compound(value: object, depth: number): Json | undefined {
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || depth <= 0) return undefined;
  if (!Array.isArray(value)) return structure(value, depth);
  return value.flatMap((one) => jsonOf(one, depth) ?? []);
}

function strings(value: unknown): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const result: Record<string, string> = {};
  for (const name of Object.keys(value)) {
    const text = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof text === 'string') setOwn(result, name, text);
  }
  return result;
}

/** Lowers the first letter only, as CloudTrail does, so that AWSAccountId becomes aWSAccountId. */
function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

import { BoundedCache, setOwn } from '../base/index.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Names that never appear, whatever their value. Bytes never appear either: they are texts, plain or encrypted. */
const SECRET_NAME =
  /plaintext|ciphertext(?:blob)?$|password|secret|sessiontoken|^webidentitytoken/i;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** Maps from the caller's own names to strings. They are recorded in clear, as in AWS: they are not secret. */
const CONTEXT_NAME = /EncryptionContext$/;
/** Deeper than any input or output of the contract. */
const MAX_DEPTH = 6;
/** Bounded all the same: some maps have their callers' names. */
const treatments = new BoundedCache<string, Treatment>(1_024);

/**
 * What of an input or output may stand in an audit record, in CloudTrail's lower camel case; null if that is nothing.
 * Only strings, numbers, booleans and times pass, and lists and structures of them; everything else is left out.
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

/** What is to be done with a member of that name, looked at once: there are as many names as the contract has. */
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
  // Someone who sends a private key where a certificate belongs must not find it in the trail.
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

/** As CloudTrail does it: only the first letter, so that AWSAccountId becomes aWSAccountId. */
function lowerCamel(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

import type { ListShape, MapShape, Members, MemberShape } from '../../contract/index.ts';
import { KmsError } from '../../domain/index.ts';
import { fromBase64 } from './base64.ts';

/**
 * Decodes a value of JSON to the value that handlers use. Throws SerializationException if the type
 * is wrong.
 */
export type Decode = (value: unknown) => unknown;
/**
 * Decodes a structure to a new object with the members of the contract. Omits those that are absent
 * or null.
 */
export type DecodeStruct = (value: unknown) => Readonly<Record<string, unknown>>;

const MAX_INT = 2 ** 31 - 1;
/** Range of a Date, in seconds before and after the epoch. */
const MAX_SECONDS = 8.64e12;

/**
 * Compiles the decoder of a structure, once per operation: a closure per member, without look-ups
 * per request.
 */
export function compileStruct(members: Members): DecodeStruct {
  const parts = Object.entries(members).map(([name, shape]) => ({ name, decode: compile(shape) }));
  return (value) => {
    if (!isObject(value)) throw wrongType(value, 'a structure');
    const result: Record<string, unknown> = {};
    for (const { name, decode } of parts) {
      const given = value[name];
      if (given !== undefined && given !== null) result[name] = decode(given);
    }
    return result;
  };
}

function compile(shape: MemberShape): Decode {
  switch (shape.kind) {
    case 'text':
    case 'enum':
      return text;
    case 'blob':
      return blob;
    case 'bool':
      return bool;
    case 'int':
      return int;
    case 'timestamp':
      return timestamp;
    case 'list':
      return compileList(shape);
    case 'map':
      return compileMap(shape);
    case 'struct':
      return compileStruct(shape.members);
  }
}

function compileList({ member }: ListShape): Decode {
  const decode = compile(member);
  return (value) => {
    if (!Array.isArray(value)) throw wrongType(value, 'a list');
    return value.map(decode);
  };
}

function compileMap({ value: member }: MapShape): Decode {
  const decode = compile(member);
  return (value) => {
    if (!isObject(value)) throw wrongType(value, 'a map');
    // The names come from the caller: without a prototype, `__proto__` is an ordinary name.
    const result = Object.create(null) as Record<string, unknown>;
    for (const name of Object.keys(value)) result[text(name)] = decode(value[name]);
    return result;
  };
}

/**
 * Rejects lone surrogates. They have no UTF-8, so texts that differ only in them would have the
 * same bytes.
 */
function text(value: unknown): string {
  if (typeof value !== 'string') throw wrongType(value, 'String');
  if (!value.isWellFormed())
    throw new KmsError('SerializationException', 'Text is not valid Unicode');
  return value;
}

function blob(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw wrongType(value, 'Blob');
  const bytes = fromBase64(value);
  if (!bytes) throw new KmsError('SerializationException', 'Invalid base64 encoding');
  return bytes;
}

function bool(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(value, 'Boolean');
  return value;
}

function int(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > MAX_INT)
    throw wrongType(value, 'Integer');
  return value;
}

function timestamp(value: unknown): Date {
  if (typeof value !== 'number' || Math.abs(value) > MAX_SECONDS)
    throw wrongType(value, 'Timestamp');
  return new Date(Math.round(value * 1000));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names the kind of a value, never the value: it may be a secret in the wrong place. */
function wrongType(value: unknown, wanted: string): KmsError {
  if (Array.isArray(value))
    return new KmsError('SerializationException', 'Start of list found where not expected');
  if (isObject(value))
    return new KmsError(
      'SerializationException',
      'Start of structure or map found where not expected',
    );
  return new KmsError(
    'SerializationException',
    `${tokenOf(value)} can not be converted to ${wanted}`,
  );
}

function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return 'NUMBER_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return 'NULL_VALUE';
}

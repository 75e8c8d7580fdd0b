import { isUtf8 } from 'node:buffer';
import { setOwn } from '../../base/index.ts';
import { KmsError, type ErrorName } from '../../domain/index.ts';
import { statuses } from '../errors.ts';
import { headerOf, type HttpRequest, type HttpResponse } from '../request.ts';
import { toBase64 } from './base64.ts';
import type { Codec } from './codec.ts';
import type { Route } from './routes.ts';

const TARGET = 'x-amz-target';
/** A body up to this size cannot contain enough values to matter. */
const UNCHECKED_BYTES = 64 * 1024;
/** Maximum number of lists, maps and commas in a larger body. */
const MAX_VALUES = 10_000;
const CONTENT_TYPE = 'application/x-amz-json-1.1';

interface JsonService {
  /** `X-Amz-Target` before the dot. */
  readonly targetPrefix: string;
  readonly errorMember: 'message' | 'Message';
}

/**
 * Creates the codec of AWS JSON 1.1: the operation in a header, input and output as JSON, bytes in
 * base64, times in epoch seconds.
 */
export function awsJsonCodec(
  { targetPrefix, errorMember }: JsonService,
  routes: ReadonlyMap<string, Route>,
): Codec {
  const targets = new Map(
    Array.from(routes, ([name, route]) => [`${targetPrefix}.${name}`, route]),
  );
  return {
    findRoute(request) {
      const route =
        request.method === 'POST' && request.path === '/'
          ? targets.get(targetOf(request))
          : undefined;
      if (!route) throw new KmsError('UnknownOperationException');
      return route;
    },
    readInput: parse,
    writeOutput: ({ emptyResponse }, output) =>
      response(200, emptyResponse ? '' : JSON.stringify(toJson(output))),
    writeError: ({ code, publicMessage }) =>
      response(statuses[code], errorBody(code, publicMessage, errorMember)),
  };
}

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b];

/**
 * Counts values before they are parsed: a megabyte of empty lists takes far more time and memory
 * than a megabyte of text.
 */
function hasTooManyValues(body: Buffer): boolean {
  if (body.length <= UNCHECKED_BYTES) return false;
  let values = 0;
  let quoted = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
  }
  return values > MAX_VALUES;
}

const NAMESPACE = 'com.amazonaws.';

/** Returns the target without CloudTrail's namespace, which some clients send. */
export function targetOf(request: HttpRequest): string {
  const target = headerOf(request, TARGET);
  return target.startsWith(NAMESPACE) ? target.split('.').slice(-2).join('.') : target;
}

function response(status: number, body: string): HttpResponse {
  return { status, contentType: CONTENT_TYPE, body };
}

/** Encodes an error of a request whose service is unknown. */
export function awsJsonError({ code, publicMessage }: KmsError): HttpResponse {
  return response(statuses[code], errorBody(code, publicMessage, 'message'));
}

/** Parses the body. An empty body means an input without members. */
function parse({ body }: HttpRequest): unknown {
  if (body.length === 0) return {};
  if (hasTooManyValues(body))
    throw new KmsError('SerializationException', `The request has more than ${MAX_VALUES} values`);
  if (!isUtf8(body)) throw new KmsError('SerializationException', 'The request is not valid UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own message quotes the input, so it is not passed on.
    throw new KmsError('SerializationException', 'The request is not valid JSON');
  }
}

/** AccessDeniedException has its own spelling of the member in every service. */
function errorBody(
  code: ErrorName,
  text: string | undefined,
  errorMember: 'message' | 'Message',
): string {
  const member = code === 'AccessDeniedException' ? 'Message' : errorMember;
  return JSON.stringify(text === undefined ? { __type: code } : { __type: code, [member]: text });
}

/** Converts an output to values of JSON. */
function toJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return toBase64(value);
  // Milliseconds become the fraction of a second.
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toJson);
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value))
    setOwn(result, name, toJson((value as Readonly<Record<string, unknown>>)[name]));
  return result;
}

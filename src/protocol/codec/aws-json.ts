import { isUtf8 } from 'node:buffer';
import { setOwn } from '../../base/index.ts';
import { KmsError, type ErrorName } from '../../domain/index.ts';
import { toBase64 } from './base64.ts';
import type { Dialect } from './codec.ts';
import type { Endpoint } from './routes.ts';
import { statuses } from '../errors.ts';
import { headerOf, type Answer, type Frame } from '../request.ts';

const TARGET = 'x-amz-target';
const CONTENT_TYPE = 'application/x-amz-json-1.1';

interface JsonService {
  /** What `X-Amz-Target` says before the dot. */
  readonly targetPrefix: string;
  readonly errorMember: 'message' | 'Message';
}

/** AWS JSON 1.1: the operation in a header, input and output as JSON, bytes in base64, times in epoch seconds. */
export function jsonDialect(
  { targetPrefix, errorMember }: JsonService,
  endpoints: ReadonlyMap<string, Endpoint>,
): Dialect {
  const targets = new Map(
    Array.from(endpoints, ([name, endpoint]) => [`${targetPrefix}.${name}`, endpoint]),
  );
  return {
    find(frame) {
      const endpoint =
        frame.method === 'POST' && frame.path === '/' ? targets.get(targetOf(frame)) : undefined;
      if (!endpoint) throw new KmsError('UnknownOperationException');
      return endpoint;
    },
    read: parse,
    answer: ({ silent }, output) => answer(200, silent ? '' : JSON.stringify(wireForm(output))),
    refuse: ({ code, publicMessage }) =>
      answer(statuses[code], errorBody(code, publicMessage, errorMember)),
  };
}

const NAMESPACE = 'com.amazonaws.';

/** Service and operation as the request names them; CloudTrail's name comes with a namespace from some clients. */
export function targetOf(frame: Frame): string {
  const target = headerOf(frame, TARGET);
  return target.startsWith(NAMESPACE) ? target.split('.').slice(-2).join('.') : target;
}

function answer(status: number, body: string): Answer {
  return { status, contentType: CONTENT_TYPE, body };
}

/** For what fails before it is known whom it asks. */
export function jsonRefusal({ code, publicMessage }: KmsError): Answer {
  return answer(statuses[code], errorBody(code, publicMessage, 'message'));
}

/** An absent body stands for an input without members. */
function parse({ body }: Frame): unknown {
  if (body.length === 0) return {};
  if (!isUtf8(body)) throw new KmsError('SerializationException', 'The request is not valid UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Nothing of the parser's own text: it quotes the input.
    throw new KmsError('SerializationException', 'The request is not valid JSON');
  }
}

/** AccessDeniedException spells the member its own way in every service. */
function errorBody(
  code: ErrorName,
  text: string | undefined,
  errorMember: 'message' | 'Message',
): string {
  const member = code === 'AccessDeniedException' ? 'Message' : errorMember;
  return JSON.stringify(text === undefined ? { __type: code } : { __type: code, [member]: text });
}

/** An output as JSON has it. */
function wireForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return toBase64(value);
  // Milliseconds become a fraction of a second.
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(wireForm);
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value))
    setOwn(result, name, wireForm((value as Readonly<Record<string, unknown>>)[name]));
  return result;
}

import { KmsError, type ErrorName } from '../../domain/index.ts';
import { statuses } from '../errors.ts';
import type { HttpRequest, HttpResponse } from '../request.ts';
import type { Codec } from './codec.ts';
import { formValue } from './form.ts';
import type { Route } from './routes.ts';
import { element } from './xml.ts';

interface QueryService {
  readonly version: string;
  readonly namespace: string;
}

/**
 * Creates the codec of AWS Query: the operation and its input as form parameters, the output as
 * XML.
 */
export function awsQueryCodec(
  { version, namespace }: QueryService,
  routes: ReadonlyMap<string, Route>,
): Codec {
  return {
    findRoute(request) {
      const action = parameter(request, 'Action') ?? '';
      const route = request.path === '/' ? routes.get(action) : undefined;
      if (!route)
        throw new KmsError(
          'UnknownOperationException',
          `Could not find operation ${action} for version ${version}`,
        );
      return route;
    },
    readInput: (request, { members }) => formValue(formOf(request), members),
    writeOutput: ({ operation }, output, requestId) =>
      response(
        200,
        `<${operation}Response xmlns="${namespace}">${element(`${operation}Result`, output)}` +
          `${element('ResponseMetadata', { RequestId: requestId })}</${operation}Response>`,
      ),
    writeError: ({ code, publicMessage }, requestId) => {
      const { code: Code, status } = queryErrors[code] ?? {
        code: code.replace(/Exception$/, ''),
        status: statuses[code],
      };
      const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message: publicMessage };
      return response(
        status,
        `<ErrorResponse xmlns="${namespace}">${element('Error', error)}${element('RequestId', requestId)}</ErrorResponse>`,
      );
    },
  };
}

/**
 * Returns true for a request of this protocol: with an `Action` in the body or, as some tools send
 * it, in the URL.
 */
export function isForm(request: HttpRequest): boolean {
  return parameter(request, 'Action') !== undefined;
}

const MAX_WORD_CHARS = 128;
const PLAIN_WORD = /^[\w-]{1,128}(?=&|$)/;
/** Places that look like the parameter, but are not, before the search ends. */
const MAX_TRIES = 100;
const AMPERSAND = '&'.charCodeAt(0);

/** Reads a parameter whose value is a plain word, without parsing the whole form. */
export function parameter(request: HttpRequest, name: 'Action' | 'Version'): string | undefined {
  const form = formOf(request);
  const wanted = `${name}=`;
  for (let tries = 0, at = form.indexOf(wanted); at >= 0 && tries < MAX_TRIES; tries += 1) {
    const start = at + wanted.length;
    if (at === 0 || form[at - 1] === AMPERSAND) {
      const [word] =
        PLAIN_WORD.exec(form.toString('latin1', start, start + MAX_WORD_CHARS + 1)) ?? [];
      if (word !== undefined) return word;
    }
    at = form.indexOf(wanted, start);
  }
  return undefined;
}

/** Returns the parameters as they were sent. Node has one character per byte in a URL. */
function formOf({ body, query }: HttpRequest): Buffer {
  return body.length > 0 ? body : Buffer.from(query, 'latin1');
}

function response(status: number, body: string): HttpResponse {
  return { status, contentType: 'text/xml', body };
}

/**
 * Codes and statuses that differ in the Query protocol. Source: "Common Errors", AWS STS API
 * Reference.
 */
const queryErrors: Partial<Record<ErrorName, { readonly code: string; readonly status: number }>> =
  {
    AccessDeniedException: { code: 'AccessDenied', status: 403 },
    ExpiredTokenException: { code: 'ExpiredToken', status: 403 },
    IncompleteSignatureException: { code: 'IncompleteSignature', status: 400 },
    InvalidSignatureException: { code: 'SignatureDoesNotMatch', status: 403 },
    KMSInternalException: { code: 'InternalFailure', status: 500 },
    MissingAuthenticationTokenException: { code: 'MissingAuthenticationToken', status: 403 },
    SerializationException: { code: 'MalformedInput', status: 400 },
    ThrottlingException: { code: 'Throttling', status: 400 },
    UnknownOperationException: { code: 'InvalidAction', status: 400 },
    UnrecognizedClientException: { code: 'InvalidClientTokenId', status: 403 },
    ValidationException: { code: 'ValidationError', status: 400 },
    WebIdentityTokenExpired: { code: 'ExpiredTokenException', status: 400 },
  };

import { KmsError } from '../domain/index.ts';

/** The parameters of an Authorization header. Only their form has been checked. */
export interface Authorization {
  readonly accessKeyId: string;
  /** Format: YYYYMMDD. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  /** Header names in lower case, separated by semicolons. No name comes twice. */
  readonly signedHeaders: string;
  readonly signedNames: ReadonlySet<string>;
  /** 64 hex digits if the request is valid; not checked here. */
  readonly signature: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** More than any client signs, in names and in characters. Each name costs a header's length. */
const MAX_SIGNED_HEADERS = 200;
const MAX_SIGNED_HEADERS_CHARS = 8_192;
const PARAMETERS = ['Credential', 'Signature', 'SignedHeaders'] as const;

/** Parses the header. Throws a KmsError that names all missing parameters. */
export function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined || header === '')
    throw new KmsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new KmsError(
      'IncompleteSignatureException',
      `Authorization header requires the algorithm '${ALGORITHM}'.`,
    );
  }
  const parameters = parametersOf(header.slice(ALGORITHM.length + 1));
  const missing = PARAMETERS.filter((name) => !parameters.get(name));
  if (missing.length > 0) {
    throw new KmsError(
      'IncompleteSignatureException',
      missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' '),
    );
  }
  return authorizationOf((name) => parameters.get(name) ?? '');
}

/** Builds an Authorization from parameters that are known to be present, in a header or a URL. */
export function authorizationOf(
  parameter: (name: (typeof PARAMETERS)[number]) => string,
): Authorization {
  const credential = parameter('Credential').split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = credential;
  if (credential.length !== 5) {
    throw new KmsError(
      'IncompleteSignatureException',
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }
  const signedHeaders = parameter('SignedHeaders');
  const signature = parameter('Signature');
  return {
    accessKeyId,
    date,
    region,
    service,
    terminator,
    signedHeaders,
    signedNames: namesOf(signedHeaders),
    signature,
  };
}

/**
 * Splits the list of signed headers. Throws a KmsError if it is too long or repeats a name: then
 * the text that is signed would be far longer than the request.
 */
function namesOf(signedHeaders: string): ReadonlySet<string> {
  const names =
    signedHeaders.length > MAX_SIGNED_HEADERS_CHARS
      ? []
      : signedHeaders.split(';', MAX_SIGNED_HEADERS + 1);
  if (names.length === 0 || names.length > MAX_SIGNED_HEADERS)
    throw new KmsError(
      'IncompleteSignatureException',
      `SignedHeaders must not have more than ${MAX_SIGNED_HEADERS} names or ${MAX_SIGNED_HEADERS_CHARS} characters.`,
    );
  const distinct = new Set(names);
  if (distinct.size !== names.length)
    throw new KmsError('IncompleteSignatureException', 'SignedHeaders must not repeat a name.');
  return distinct;
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    if (at > 0) parameters.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return parameters;
}

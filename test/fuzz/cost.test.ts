/**
 * Whatever a stranger sends costs little: no input costs far more processor time than its size
 * explains. Inputs are grown from the pieces of each format, because what costs too much is nearly
 * always something small that is repeated. `KEYHOLD_COST_INPUTS` sets the number of inputs per
 * entry point, `KEYHOLD_FUZZ_SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretText, systemClock } from '../../src/base/index.ts';
import { readCsr } from '../../src/crypto/index.ts';
import { issuerOf, type Caller } from '../../src/identity/index.ts';
import { FrameReader, MAX_UNAUTHENTICATED_FRAME_BYTES } from '../../src/hsm/wire/index.ts';
import { createHandle } from '../../src/protocol/handle.ts';
import type { HttpRequest } from '../../src/protocol/request.ts';
import { createVerifier, signRequest } from '../../src/sigv4/index.ts';
import { costOf, type Work } from './cost.ts';
import { Random } from './random.ts';

const SEED = Number(process.env['KEYHOLD_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const INPUTS = Number(process.env['KEYHOLD_COST_INPUTS'] ?? 15);
/**
 * Ten looks at a megabyte. What strangers send costs less than three, and what callers with keys
 * send less than seven. Most attacks below used to cost more than eleven, some more than 1,000.
 */
const LIMIT = 10;
const MIB = 1024 * 1024;
/** Node limits the headers of a request, its URL included, to 32 KiB in total. */
const HEADER_BYTES = 30_000;
const ACCESS_KEY = 'AKIAEXAMPLE';

const secretAccessKey = new SecretText('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
const caller: Caller = {
  secretAccessKey,
  principal: {
    account: '111122223333',
    arn: 'arn:aws:iam::111122223333:user/admin',
    userId: 'AIDAEXAMPLE',
    accessKeyId: ACCESS_KEY,
  },
  policies: { identity: [] },
};

const handle = createHandle({
  authenticate: createVerifier({
    clock: systemClock,
    signingNames: new Set(['kms', 'sts', 'iam']),
    lookup: (accessKeyId) => (accessKeyId === ACCESS_KEY ? caller : undefined),
  }),
  perform: async ({ inputError }) => {
    if (inputError) throw inputError;
    return {};
  },
  clock: systemClock,
});

let sources = 0;
/** Handles a request. Each comes from another address, because repeated failures are delayed. */
function handled(request: Partial<HttpRequest>): Promise<unknown> {
  sources += 1;
  const sourceIp = `10.${(sources >> 16) & 255}.${(sources >> 8) & 255}.${sources & 255}`;
  const empty = { method: 'POST', path: '/', query: '', headers: {}, body: Buffer.alloc(0) };
  return handle({ ...empty, sourceIp, secure: false, ...request }, 'request');
}

const timestamp = (): string => new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');

/** Headers with a signature of the right form that is wrong. */
function wronglySigned(signedHeaders: string): Record<string, string> {
  const date = timestamp();
  const scope = `${ACCESS_KEY}/${date.slice(0, 8)}/us-east-1/kms/aws4_request`;
  const signature = '0'.repeat(64);
  return {
    host: 'keyhold',
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  };
}

/** A request with a valid signature, because those who have a key can be hostile as well. */
function signed(body: string, service: string, headers: Record<string, string>): Work {
  const request = { method: 'POST', path: '/', query: '', body };
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey };
  const signedHeaders = signRequest({
    ...request,
    headers: { host: 'keyhold', ...headers },
    region: 'us-east-1',
    service,
    credentials,
    now: systemClock.now(),
  });
  return () => handled({ headers: signedHeaders, body: Buffer.from(body) });
}

/** An entry point: what is put in, and the pieces of its format from which inputs are grown. */
interface Entry {
  readonly name: string;
  readonly maxBytes: number;
  readonly pieces: readonly string[];
  /** Texts with which an input may begin. */
  readonly heads?: readonly string[];
  readonly work: (text: string) => Work;
}

const WEB_IDENTITY = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&';
const CREATE_USER = 'Action=CreateUser&Version=2010-05-08&';
const formPieces = [
  ['a', 'é', '.', '=', '&', '+', '%', '%41', '%zz', '%ff', '1', ' ', '\0', '#', '&.', 'a.b&'],
  ['Action=', 'Version=', 'Tags', '.member.', '.entry.', 'Key', '.value', 'PolicyArns.member.'],
].flat();
const jsonPieces = [
  ['[', ']', '{', '}', '[]', '{}', '"', '\\', '\\"', '"a":', ',', '1', '1e9', '.', '-', ' ', 'é'],
  ['null', '{"TagKey":"a"},', '"Tags":[', '\\u0041', '\\ud800', '"__proto__":', '"a",', '[[],'],
].flat();
const headerPieces = [
  ['a', ';', ',', '=', '/', ' ', '\t', ':', 'host', ';host', 'x-amz-date;', '0', 'Signature='],
  ['Credential=', 'SignedHeaders=', ', ', 'AWS4-HMAC-SHA256 ', '(', '20260101T000000Z', 'a;'],
].flat();
const urlPieces = [
  ['a', '/', '.', '..', '/../', '/./', '%', '%2F', '%ff', '%zz', '&', '=', '&=', '?', '+', ';'],
  ['X-Amz-Signature=', '&X-Amz-Expires=1', 'Action=', '&a=b', '%&', '&a', '\u00ff'],
].flat();
const framePieces = [
  ['\x80', '\x81', '\x8f', '\x90', '\x91', '\x92', '\x9f', '\xa0', '\xa1a', '\xbf', '\xc0'],
  ['\xc1', '\xc4\x00', '\xc4\x01a', '\xc7\x00\x00', '\xd4\x00\x00', '\xd6i\x00\x00\x00\x01\x92'],
  ['\xd6p\x00\x00\x00\x01', '\xd9\x00', '\xdb\xff\xff\xff\xff', '\xdc\xff\xff', '\xdd\xff\xff'],
  ['\xde\x00\x01', '\xdf\xff\xff\xff\xff', '\x00', '\x7f', '\xff', '\xcf', '\xa9__proto__'],
].flat();

const entries: readonly Entry[] = [
  {
    name: 'an unsigned form',
    maxBytes: MIB,
    pieces: formPieces,
    heads: ['', WEB_IDENTITY, CREATE_USER],
    work: (text) => () => handled({ body: Buffer.from(text) }),
  },
  {
    name: 'a signed form',
    maxBytes: MIB,
    pieces: formPieces,
    heads: [CREATE_USER, `${CREATE_USER}UserName=a&`],
    work: (text) => signed(text, 'iam', {}),
  },
  {
    name: 'signed JSON',
    maxBytes: MIB,
    pieces: jsonPieces,
    heads: [
      '',
      '{"Tags":[',
      '{"KeyId":"a","Plaintext":"","EncryptionContext":{',
      '{"Description":"',
    ],
    work: (text) => signed(text, 'kms', { 'x-amz-target': 'TrentService.Encrypt' }),
  },
  {
    name: 'an Authorization header',
    maxBytes: HEADER_BYTES,
    pieces: headerPieces,
    heads: ['AWS4-HMAC-SHA256 ', ''],
    work: (text) => () => handled({ headers: { ...wronglySigned('host'), authorization: text } }),
  },
  {
    name: 'a list of signed headers',
    maxBytes: HEADER_BYTES / 2,
    pieces: headerPieces,
    heads: ['host;x-amz-date;'],
    work: (text) => {
      const headers = { ...wronglySigned(text), a: 'x'.repeat(HEADER_BYTES / 2) };
      return () => handled({ headers });
    },
  },
  {
    name: 'a header',
    maxBytes: HEADER_BYTES,
    pieces: headerPieces,
    work: (text) => {
      const { 'x-amz-date': _date, ...undated } = wronglySigned('host;x-amz-target;date');
      const target = { ...wronglySigned('host;x-amz-date;x-amz-target'), 'x-amz-target': text };
      return async () => {
        await handled({ headers: target });
        await handled({ headers: { ...undated, date: text } });
      };
    },
  },
  {
    name: 'a URL',
    maxBytes: HEADER_BYTES,
    pieces: urlPieces,
    work: (text) => async () => {
      const headers = wronglySigned('host;x-amz-date');
      await handled({ headers, path: `/${text}` });
      await handled({ headers, query: text });
      await handled({ headers: { host: 'keyhold' }, query: text });
    },
  },
  {
    name: 'a frame before login, at an HSM or at the port for HSM hosts',
    maxBytes: MAX_UNAUTHENTICATED_FRAME_BYTES,
    pieces: framePieces,
    heads: ['', '\x83\xa2id\x01\xa2op\xa1a\xa2in'],
    work: (text) => frameWork(text, MAX_UNAUTHENTICATED_FRAME_BYTES),
  },
  {
    name: 'a frame after login',
    maxBytes: MIB,
    pieces: framePieces,
    heads: ['', '\x83\xa2id\x01\xa2op\xa1a\xa2in', '\xdf\x00\x01\x00\x00', '\xdd\x00\x00\xff\xf0'],
    work: (text) => frameWork(text, MIB),
  },
  {
    name: 'a token of an identity provider',
    maxBytes: 14_000,
    pieces: [...jsonPieces, '"iss":', '"https://a"'],
    heads: ['', '{"iss":'],
    work: (text) => () => {
      const part = Buffer.from(text).toString('base64url');
      for (const token of [`${part}.${part}.${part}`, text]) {
        try {
          issuerOf(token);
        } catch {
          // What is no token is refused.
        }
      }
    },
  },
  {
    name: 'a certificate request',
    maxBytes: MAX_UNAUTHENTICATED_FRAME_BYTES,
    pieces: [
      'A',
      'MA==',
      '0',
      '=',
      '\n',
      ' ',
      '-',
      '-----BEGIN CERTIFICATE REQUEST-----\n',
      'MIAw',
    ],
    heads: ['-----BEGIN CERTIFICATE REQUEST-----\n', ''],
    work: (text) => () => readCsr(text),
  },
];

/** Feeds a frame in pieces of 1,000 bytes. */
function frameWork(text: string, limit: number): Work {
  const body = Buffer.from(text, 'latin1');
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  const frame = Buffer.concat([header, body]);
  return () => {
    const reader = new FrameReader(limit);
    try {
      for (let at = 0; at < frame.length; at += 1_000) reader.feed(frame.subarray(at, at + 1_000));
    } catch {
      // What is no frame is refused.
    }
  };
}

/** Grows an input: a head, then a few pieces again and again, which may be numbered. */
function grown(random: Random, { pieces, heads = [''], maxBytes }: Entry): string {
  const head = random.pick(heads);
  const some = Array.from({ length: random.integer(1, 4) }, () => random.pick(pieces));
  const unit = some.join('').repeat(random.chance(0.2) ? random.integer(50, 300) : 1);
  const counted = random.chance(0.4);
  const room = maxBytes - head.length - 10;
  const parts = [head];
  for (let length = 0, count = 0; length < room; count += 1) {
    const part = counted ? `${unit}${count.toString(36)}` : unit;
    parts.push(part);
    length += Buffer.byteLength(part);
  }
  const text = parts.join('').slice(0, maxBytes);
  return random.chance(0.2) ? text.slice(0, maxBytes / 2) + random.pick(pieces) : text;
}

function shown(text: string): string {
  return `${JSON.stringify(text.slice(0, 120))}… of ${text.length} characters`;
}

describe(`the cost of input, seed ${SEED}`, () => {
  const random = new Random(SEED);
  for (const entry of entries) {
    it(`is in line with the size of ${entry.name}`, async () => {
      for (let count = 0; count < INPUTS; count += 1) {
        const text = grown(random, entry);
        const cost = await costOf(entry.work(text), LIMIT);
        assert.ok(cost <= LIMIT, `${cost.toFixed(1)} units for ${shown(text)}`);
      }
    });
  }

  const dotted = (names: number, dots: number): string => `${'.'.repeat(dots)}=&`.repeat(names);
  const manyHeaders = Object.fromEntries(
    Array.from({ length: 1_900 }, (_, index) => [`x-amz-${index}`, '']),
  );
  const presigned = (names: string): string => {
    const date = timestamp();
    const scope = `${ACCESS_KEY}/${date.slice(0, 8)}/us-east-1/kms/aws4_request`;
    return `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${scope}&X-Amz-Date=${date}&X-Amz-Expires=60&X-Amz-SignedHeaders=${names}&X-Amz-Signature=${'0'.repeat(64)}`;
  };
  const longHeader = { host: 'keyhold', a: 'x'.repeat(HEADER_BYTES / 2) };
  const attacks: Readonly<Record<string, Work>> = {
    'a form of half a million dots in its names': () =>
      handled({ body: Buffer.from(WEB_IDENTITY + dotted(2_080, 500)) }),
    'a form with half a million parameters': () =>
      handled({ body: Buffer.from(WEB_IDENTITY + 'a&'.repeat(MIB / 2 - 100)) }),
    'a signed form with half a million parameters': signed(
      CREATE_USER + 'a&'.repeat(MIB / 2 - 100),
      'iam',
      {},
    ),
    'a megabyte that is not UTF-8': () => handled({ body: Buffer.alloc(MIB, 0xff) }),
    'a list of signed headers that repeats a long one': () =>
      handled({
        headers: { ...wronglySigned(`host;x-amz-date;${'a;'.repeat(7_400)}a`), ...longHeader },
      }),
    'a presigned URL that repeats a long header': () =>
      handled({ headers: longHeader, query: presigned(`host;${'a;'.repeat(7_000)}a`) }),
    'two thousand signed headers': () =>
      handled({
        headers: {
          ...wronglySigned(`host;x-amz-date;${Object.keys(manyHeaders).join(';')}`),
          ...manyHeaders,
        },
      }),
    'a query of invalid encodings': () =>
      handled({ headers: wronglySigned('host;x-amz-date'), query: '%&'.repeat(15_000) }),
    'signed JSON of lists in lists': signed('['.repeat(MIB / 2) + ']'.repeat(MIB / 2), 'kms', {
      'x-amz-target': 'TrentService.Encrypt',
    }),
    'signed JSON of empty tags': signed(`{"Tags":[${'{},'.repeat(MIB / 3 - 20)}{}]}`, 'kms', {
      'x-amz-target': 'TrentService.CreateKey',
    }),
  };
  for (const [name, work] of Object.entries(attacks)) {
    it(`is in line with the size of ${name}`, async () => {
      const cost = await costOf(work, LIMIT);
      assert.ok(cost <= LIMIT, `${cost.toFixed(1)} units`);
    });
  }
});

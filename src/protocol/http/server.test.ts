import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../base/index.ts';
import { KmsError } from '../../domain/index.ts';
import type { PerformRequest } from '../../operations/index.ts';
import {
  startApi,
  type ApiWorld,
  type Reply,
  type SignedCall,
} from '../../../test/support/api-world.ts';

/** The inner half of these tests: records the last request, and answers as the test sets. */
let performed: PerformRequest | undefined;
let respond: (request: PerformRequest) => object | Promise<object> = () => ({});

describe('the outer half of a request', () => {
  let api: ApiWorld;
  before(async () => {
    api = await startApi(async (request) => {
      if (request.inputError) throw request.inputError;
      performed = request;
      return respond(request);
    });
  });
  after(() => api?.[Symbol.asyncDispose]());

  async function rejects(
    call: SignedCall,
    type: string,
    message?: string | RegExp,
  ): Promise<Reply> {
    performed = undefined;
    const reply = await api.call(call);
    const { __type, ...rest } = JSON.parse(reply.body) as {
      __type: string;
      message?: string;
      Message?: string;
    };
    assert.equal(__type, type, reply.body);
    const said = rest.message ?? rest.Message;
    if (message instanceof RegExp) assert.match(said ?? '', message);
    else if (message !== undefined) assert.equal(said, message);
    assert.equal(reply.status, 400);
    assert.match(String(reply.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/);
    assert.equal(performed, undefined, 'nothing was performed');
    assert.equal(api.seen.at(-1)?.error, type);
    return reply;
  }
  const encrypt = 'TrentService.Encrypt';
  const good = JSON.stringify({ KeyId: 'k', Plaintext: 'AAEC' });

  it('passes on the caller, operation, client address and decoded input', async () => {
    respond = () => ({ CiphertextBlob: new Uint8Array([1, 2, 3]), KeyId: 'arn', Gone: undefined });
    const reply = await api.call({
      target: encrypt,
      body: good,
      headers: { 'user-agent': 'test/1' },
    });
    assert.deepEqual(
      [reply.status, JSON.parse(reply.body)],
      [200, { CiphertextBlob: 'AQID', KeyId: 'arn' }],
    );
    assert.equal(reply.headers['content-type'], 'application/x-amz-json-1.1');
    assert.ok(performed);
    const { input, requestId, caller, policies, ...rest } = performed;
    assert.deepEqual(rest, {
      service: 'kms',
      operation: 'Encrypt',
      region: 'eu-central-1',
      sourceIp: '127.0.0.1',
      secure: false,
      tls: undefined,
      userAgent: 'test/1',
    });
    assert.deepEqual(input, { KeyId: 'k', Plaintext: Buffer.from([0, 1, 2]) });
    assert.equal(requestId, reply.headers['x-amzn-requestid']);
    assert.deepEqual(
      [caller.arn, policies],
      ['arn:aws:iam::111122223333:user/admin', { identity: [] }],
    );
    const { seconds = 0, ...seen } = api.seen.at(-1) ?? {};
    assert.deepEqual(seen, { service: 'kms', operation: 'Encrypt' });
    assert.ok(seconds > 0);
  });

  it('encodes times as epoch seconds and bytes as base64 at any depth, and keeps names', async () => {
    respond = () => ({
      KeyMetadata: {
        CreationDate: new Date(1_566_518_783_394),
        Bytes: [Buffer.from('a')],
        Map: JSON.parse('{"__proto__":"x"}'),
      },
    });
    const { body } = await api.call({ target: 'TrentService.DescribeKey', body: '{"KeyId":"k"}' });
    assert.equal(
      body,
      '{"KeyMetadata":{"CreationDate":1566518783.394,"Bytes":["YQ=="],"Map":{"__proto__":"x"}}}',
    );
  });

  it('answers with an empty body where AWS does, and with an empty structure elsewhere', async () => {
    respond = () => ({});
    assert.equal(
      (await api.call({ target: 'TrentService.EnableKey', body: '{"KeyId":"k"}' })).body,
      '',
    );
    const store = { CustomKeyStoreId: 'cks-1234567890abcdef0' };
    assert.equal(
      (
        await api.call({
          target: 'TrentService.ConnectCustomKeyStore',
          body: JSON.stringify(store),
        })
      ).body,
      '{}',
    );
  });

  it('accepts an empty body as an input without members', async () => {
    await api.call({ target: 'TrentService.ListKeys', body: '' });
    assert.deepEqual(performed?.input, {});
  });

  it('rejects requests without a signature or with an invalid one', async () => {
    const call = { target: encrypt, body: good };
    await rejects(
      { ...call, tamper: (headers) => delete headers['authorization'] },
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    );
    await rejects(
      { ...call, tamper: (headers) => (headers['x-amz-target'] = 'TrentService.Decrypt') },
      'InvalidSignatureException',
    );
    await rejects(
      { ...call, tamper: (headers) => (headers['authorization'] = 'Basic eA==') },
      'IncompleteSignatureException',
    );
    await rejects(
      {
        ...call,
        tamper: (headers) =>
          (headers['authorization'] = String(headers['authorization']).replace(
            'AKIAEXAMPLE',
            'AKIAOTHER',
          )),
      },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
    await rejects(
      { ...call, service: 'cloudhsm' },
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'kms'.",
    );
  });

  it('checks the signature before the target, and the target before the body', async () => {
    const forged: SignedCall = {
      target: 'TrentService.No',
      body: '{',
      tamper: (headers) => delete headers['authorization'],
    };
    await rejects(forged, 'MissingAuthenticationTokenException');
    await rejects({ target: 'TrentService.No', body: '{' }, 'UnknownOperationException');
    await rejects({ target: encrypt, body: '{' }, 'SerializationException');
    await rejects(
      { target: encrypt, body: '{"KeyId":"","Plaintext":1}' },
      'SerializationException',
    );
    await rejects(
      { target: encrypt, body: '{"KeyId":""}' },
      'ValidationException',
      /^2 validation errors detected: /,
    );
  });

  it('rejects every other spelling of an operation', async () => {
    const names = [
      '',
      '.',
      'Encrypt',
      'TrentService',
      'TrentService.',
      'TrentService.encrypt',
      'TrentService.Encrypt.',
      'TrentService.toString',
      'BaldrApiService.Encrypt',
    ];
    for (const target of names) await rejects({ target, body: good }, 'UnknownOperationException');
    await rejects({ target: encrypt, body: good, path: '/other' }, 'UnknownOperationException');
    await rejects({ target: encrypt, body: good, method: 'PUT' }, 'UnknownOperationException');
  });

  it('rejects malformed bodies', async () => {
    for (const body of [
      '[]',
      '"x"',
      'null',
      '{"KeyId":1}',
      '{"KeyId":"k","Plaintext":"*"}',
      '{} {}',
      Buffer.from([0x22, 0xff, 0x22]),
      '['.repeat(100_000),
    ]) {
      await rejects({ target: encrypt, body }, 'SerializationException');
    }
  });

  it('never repeats a secret that it rejects', async () => {
    const KeyStorePassword = 'hunter2-'.repeat(10);
    const body = JSON.stringify({ CustomKeyStoreName: '', KeyStorePassword });
    const reply = await rejects(
      { target: 'TrentService.CreateCustomKeyStore', body },
      'ValidationException',
    );
    assert.ok(!reply.body.includes('hunter2'));
  });

  it('spells the message member of an error like its service', async () => {
    const failing = async (call: SignedCall, error: KmsError): Promise<string> => {
      respond = () => Promise.reject(error);
      return (await api.call(call)).body;
    };
    const kms = { target: encrypt, body: good };
    const cloudhsm = { target: 'BaldrApiService.DescribeClusters', service: 'cloudhsm' };
    assert.equal(
      await failing(kms, new KmsError('NotFoundException', 'gone')),
      '{"__type":"NotFoundException","message":"gone"}',
    );
    assert.equal(
      await failing(kms, new KmsError('AccessDeniedException', 'no')),
      '{"__type":"AccessDeniedException","Message":"no"}',
    );
    assert.equal(
      await failing(kms, new KmsError('InvalidCiphertextException')),
      '{"__type":"InvalidCiphertextException"}',
    );
    assert.equal(
      await failing(cloudhsm, new KmsError('CloudHsmInvalidRequestException', 'bad')),
      '{"__type":"CloudHsmInvalidRequestException","Message":"bad"}',
    );
  });

  it('reveals no details of an internal failure, and logs it under the request ID', async () => {
    respond = () => Promise.reject(new TypeError('secret detail'));
    const reply = await api.call({ target: encrypt, body: good });
    assert.equal(reply.status, 500);
    assert.deepEqual(JSON.parse(reply.body), {
      __type: 'KMSInternalException',
      message:
        'The request was rejected because an internal exception occurred. The request can be retried.',
    });
    const { requestId, err } = api.failures.at(-1) as { requestId: string; err: Error };
    assert.deepEqual(
      [requestId, err.message],
      [reply.headers['x-amzn-requestid'], 'secret detail'],
    );
    const cluster = await api.call({
      target: 'BaldrApiService.DescribeClusters',
      service: 'cloudhsm',
    });
    assert.equal(JSON.parse(cluster.body).__type, 'CloudHsmInternalFailureException');
  });

  it('serves the Query protocol for STS', async () => {
    respond = () => ({ Account: '111122223333', Arn: 'a<&>"b', UserId: 'A\u0000' });
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15';
    const form = await api.call({ headers, body: whoAmI, service: 'sts' });
    assert.equal(
      form.body,
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        '<Account>111122223333</Account><Arn>a&lt;&amp;&gt;&quot;b</Arn><UserId>A\uFFFD</UserId></GetCallerIdentityResult>' +
        `<ResponseMetadata><RequestId>${String(form.headers['x-amzn-requestid'])}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
    assert.equal(
      (await api.call({ method: 'GET', path: `/?${whoAmI}`, body: '', service: 'sts' })).status,
      200,
    );

    const unknown = await api.call({
      headers,
      body: 'Action=Nothing&Version=2011-06-15',
      service: 'sts',
    });
    assert.match(
      unknown.body,
      /<Error><Type>Sender<\/Type><Code>InvalidAction<\/Code><Message>Could not find operation Nothing for version 2011-06-15</,
    );
    assert.equal(unknown.status, 400);
    const unsigned = await api.send({ path: '/', headers, body: whoAmI });
    assert.match(unsigned.body, /<Code>MissingAuthenticationToken<\/Code>/);
    assert.equal(unsigned.status, 403);
  });

  it('answers probes without a signature', async () => {
    for (const path of ['/healthz', '/readyz'])
      assert.equal((await api.send({ method: 'GET', path })).status, 200);
    assert.equal((await api.send({ method: 'GET', path: '/metrics' })).body, 'requests 1\n');
  });
});

describe('limits', () => {
  let api: ApiWorld;
  before(async () => {
    api = await startApi(async () => ({}));
  });
  after(() => api?.[Symbol.asyncDispose]());

  it('accepts a body of 1 MiB and rejects one with a byte more', async () => {
    const fill = (bytes: number): string => `{"Unknown":"${'x'.repeat(bytes - 14)}"}`;
    assert.equal(
      (await api.call({ target: 'TrentService.ListKeys', body: fill(1024 * 1024) })).status,
      200,
    );
    const reply = await api.call({ target: 'TrentService.ListKeys', body: fill(1024 * 1024 + 1) });
    assert.deepEqual(
      [reply.status, JSON.parse(reply.body).__type],
      [413, 'RequestEntityTooLargeException'],
    );
    assert.equal(reply.headers['connection'], 'close');
  });

  it('reports every request that was rejected before it was performed, and no other', async () => {
    await using own = await startApi(async () => {
      throw new KmsError('NotFoundException');
    });
    await own.call({ target: 'TrentService.ListKeys' });
    assert.deepEqual(own.rejected, []);
    await own.call({ target: 'TrentService.Nothing' });
    await own.send({ path: '/' });
    await own.call({ target: 'TrentService.ListKeys', body: 'x'.repeat(1024 * 1024 + 1) });
    const socket = connect(own.port, '127.0.0.1');
    socket.end('GARBAGE\r\n\r\n');
    await once(socket.resume(), 'close');
    assert.deepEqual(own.rejected, [
      { reason: 'UnknownOperationException', source: '127.0.0.1' },
      { reason: 'MissingAuthenticationTokenException', source: '127.0.0.1' },
      { reason: 'RequestEntityTooLargeException', source: '127.0.0.1' },
      { reason: 'MalformedHttp', source: '127.0.0.1' },
    ]);
  });

  it('stops reading an endless body', async () => {
    const socket = connect(api.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    // The server disconnects during a write.
    socket.on('error', () => undefined).resume();
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
    const chunk = Buffer.alloc(1024 * 1024);
    const pump = (): void =>
      void (socket.writable && socket.write(chunk, () => setImmediate(pump)));
    pump();
    await closed;
    assert.equal(api.seen.at(-1)?.error, 'RequestEntityTooLargeException');
  });

  for (const [what, bytes, status, reason] of [
    ['malformed HTTP', 'GARBAGE\r\n\r\n', 400, 'MalformedHttp'],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      431,
      'HeadersTooLarge',
    ],
  ] as const) {
    it(`rejects ${what}, with a request ID`, async () => {
      const socket = connect(api.port, '127.0.0.1');
      socket.write(bytes);
      const reply = await text(socket);
      assert.match(
        reply,
        new RegExp(`^HTTP/1.1 ${status} .*\r\nx-amzn-RequestId: [0-9a-f-]{36}\r\n`),
      );
      assert.equal(api.seen.at(-1)?.error, reason);
    });
  }
});

describe('abuse', () => {
  for (const [what, bytes] of [
    ['headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{'],
  ] as const) {
    it(`disconnects a client that does not finish ${what}`, async () => {
      const limits = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 };
      await using api = await startApi(async () => ({}), { limits });
      const socket = connect(api.port, '127.0.0.1');
      socket.write(bytes);
      assert.match(await text(socket), /^HTTP\/1\.1 408 /);
      assert.equal(api.seen.at(-1)?.error, 'RequestTimeout');
    });
  }

  it('delays clients that keep sending invalid signatures, and no others', async () => {
    await using api = await startApi(async () => ({}));
    const list = { target: 'TrentService.ListKeys' };
    const forged: SignedCall = {
      ...list,
      tamper: (headers) => (headers['x-amz-date'] = '20000101T000000Z'),
    };
    for (let mistakes = 0; mistakes < 9; mistakes += 1) await api.call(forged);
    const order: string[] = [];
    const slow = api.call(forged).then(() => order.push('forged'));
    await api.call(list).then(() => order.push('good'));
    await slow;
    assert.deepEqual(order, ['good', 'forged']);
  });

  it('answers 503 to requests above the limit, and drops connections above the limit', async () => {
    const go = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const perform = async (): Promise<object> => {
      begun.resolve();
      await go.promise;
      return {};
    };
    await using api = await startApi(perform, { limits: { maxRequests: 1, maxConnections: 1 } });
    const first = api.call({ target: 'TrentService.ListKeys' });
    await begun.promise;
    const second = await api.call({ target: 'TrentService.ListKeys' });
    assert.deepEqual(
      [second.status, JSON.parse(second.body).__type],
      [503, 'ServiceUnavailableException'],
    );
    const oldest = connect(api.port, '127.0.0.1').on('error', () => undefined);
    await once(oldest, 'connect');
    const newest = connect(api.port, '127.0.0.1');
    await new Promise((resolve) => oldest.on('close', resolve).resume());
    assert.equal(api.seen.at(-1)?.error, 'TooManyConnections');
    newest.destroy();
    go.resolve();
    assert.equal((await first).status, 200);
  });

  it('limits the requests per second of each principal, if configured', async () => {
    let now = systemClock.now();
    await using api = await startApi(async () => ({}), {
      principalRate: 2,
      clock: { now: () => now },
    });
    const error = async (): Promise<unknown> =>
      JSON.parse((await api.call({ target: 'TrentService.ListKeys' })).body).__type;
    assert.deepEqual(
      [await error(), await error(), await error()],
      [undefined, undefined, 'ThrottlingException'],
    );
    now += 500;
    assert.deepEqual([await error(), await error()], [undefined, 'ThrottlingException']);
  });
});

describe('closing', () => {
  it('finishes requests in flight, rejects later ones, and drops idle connections', async () => {
    const started = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    await using api = await startApi(async () => {
      started.resolve();
      await go.promise;
      return { Done: true };
    });
    const idle = connect(api.port, '127.0.0.1');
    await once(idle, 'connect');
    const waiting = connect(api.port, '127.0.0.1');
    await once(waiting, 'connect');
    // A request that begins before the server closes and is complete only afterwards.
    waiting.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{');
    const inFlight = api.call({ target: 'TrentService.ListKeys' });
    await started.promise;
    const closed = api.close();
    waiting.write('}');
    assert.match(await text(waiting), /^HTTP\/1.1 503 [\s\S]*ServiceUnavailableException/);
    go.resolve();
    assert.equal((await inFlight).body, '{"Done":true}');
    await closed;
    idle.resume();
    if (!idle.closed) await once(idle, 'close');
  });
});

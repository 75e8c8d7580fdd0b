/**
 * Mutated requests for every operation: Keyhold answers each with success or a client error (4xx),
 * and keeps serving. A failure names its seed. KEYHOLD_FUZZ_SEED repeats a run,
 * KEYHOLD_FUZZ_REQUESTS sets the number of requests.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';
import { services, shapes, type Members, type ServiceName } from '../../src/contract/index.ts';
import { errors } from '../../src/domain/index.ts';
import { signRequest } from '../../src/sigv4/index.ts';
import { awsFiles } from '../support/aws-files.ts';
import { startWorld, type World } from '../support/world.ts';
import { encode, type Unsigned } from './encode.ts';
import { validInput, type ExistingResources } from './valid-input.ts';
import { mangle, mutate } from './mutate.ts';
import { Random } from './random.ts';

const SEED = Number(process.env['KEYHOLD_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const REQUESTS = Number(process.env['KEYHOLD_FUZZ_REQUESTS'] ?? 20_000);
/** Maximum number of requests in flight. */
const CONCURRENCY = 16;
/**
 * Requests per set of keys. New sets are needed because requests disable or delete the old keys.
 */
const REQUESTS_PER_ROUND = 2_000;
/** Time limit of one request, in milliseconds. */
const TIMEOUT_MS = 30_000;

const operations = (Object.keys(services) as ServiceName[]).flatMap((service) =>
  Object.entries<Members>(shapes[service]).map(([name, members]) => ({ service, name, members })),
);

const kmsOperations = operations.filter(({ service }) => service === 'kms');

/** One key of each kind, so that every operation has a suitable key. */
const kinds: readonly CreateKeyCommandInput[] = [
  {},
  { MultiRegion: true },
  { Origin: 'EXTERNAL' },
  { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
  { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
  { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
  { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
  { KeySpec: 'ML_KEM_512', KeyUsage: 'ENCAPSULATE_DECAPSULATE' },
];

interface Reply {
  readonly status: number;
  readonly body: string;
}

describe(`fuzzed requests, seed ${SEED}`, () => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(async () => {
    agent.destroy();
    await world?.[Symbol.asyncDispose]();
  });

  async function createResources(round: number): Promise<ExistingResources> {
    const keys = await Promise.all(
      kinds.map(async (input) => (await world.kms.send(new CreateKeyCommand(input))).KeyMetadata),
    );
    const [first] = keys;
    const KeyId = first?.KeyId;
    const AliasName = `alias/round-${round}`;
    await world.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }),
    );
    const ciphertext = Buffer.from(CiphertextBlob ?? []);
    const account = first?.AWSAccountId ?? '';
    const GranteePrincipal = `arn:aws:iam::${account}:user/admin`;
    const grant = await world.kms.send(
      new CreateGrantCommand({ KeyId, GranteePrincipal, Operations: ['Encrypt'] }),
    );
    return {
      keys: [...keys.flatMap((key) => [key?.KeyId ?? '', key?.Arn ?? '']), AliasName],
      ciphertexts: [
        ciphertext,
        ciphertext.subarray(0, -1),
        Buffer.concat([ciphertext, ciphertext]),
      ].map((one) => one.toString('base64')),
      grant: { id: grant.GrantId ?? '', token: grant.GrantToken ?? '' },
      account,
    };
  }

  async function send(service: ServiceName, { headers, body }: Unsigned): Promise<Reply> {
    const { host, port } = new URL(world.server.endpoint);
    const { credentials } = awsFiles(world.data);
    const signed = signRequest({
      method: 'POST',
      headers: { host, ...headers },
      body,
      region: world.region,
      service: services[service].signingName,
      credentials,
      now: Date.now(),
    });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      headers: { ...signed, 'content-length': body.length },
      agent,
      timeout: TIMEOUT_MS,
    });
    request.on('response', resolve).on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`no answer in ${TIMEOUT_MS} ms`)));
    request.end(body);
    const response = await promise;
    return { status: response.statusCode ?? 0, body: await text(response) };
  }

  /** Returns a random request: valid, mutated, or with a corrupt body. */
  function fuzzed(
    random: Random,
    existing: ExistingResources,
  ): { readonly service: ServiceName; readonly name: string; readonly request: Unsigned } {
    const { service, name, members } = random.pick(random.chance(0.4) ? kmsOperations : operations);
    const valid = validInput(random, members, existing);
    const request = encode(service, name, random.chance(0.15) ? valid : mutate(random, valid));
    return {
      service,
      name,
      request: random.chance(0.05) ? { ...request, body: mangle(random, request.body) } : request,
    };
  }

  it(
    `get ${REQUESTS} answers, none of them a server error`,
    { timeout: 300_000 },
    async (context) => {
      const random = new Random(SEED);
      const outcomes = new Map<string, number>();
      for (let round = 0; round * REQUESTS_PER_ROUND < REQUESTS; round += 1) {
        const existing = await createResources(round);
        let left = Math.min(REQUESTS_PER_ROUND, REQUESTS - round * REQUESTS_PER_ROUND);
        const sender = async (): Promise<void> => {
          while (left > 0) {
            left -= 1;
            const { service, name, request } = fuzzed(random, existing);
            const description = `seed ${SEED}: ${service}.${name} ${request.body.toString('latin1').slice(0, 2_000)}`;
            const { status, body } = await send(service, request).catch((error: unknown) =>
              assert.fail(`${description}\n${String(error)}`),
            );
            const outcome = outcomeOf(status, body);
            assert.ok(outcome !== undefined, `${description}\n→ ${status} ${body}`);
            outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          }
        };
        await Promise.all(Array.from({ length: CONCURRENCY }, sender));
      }
      const tally = [...outcomes]
        .toSorted(([, a], [, b]) => b - a)
        .map(([outcome, count]) => `${outcome} ${count}`);
      context.diagnostic(`seed ${SEED}; ${tally.join(', ')}`);
      assert.ok((outcomes.get('ok') ?? 0) > REQUESTS / 50, 'some requests succeed');
    },
  );

  it('leave Keyhold serving, without errors in its log', async () => {
    const { KeyMetadata } = await world.kms.send(new CreateKeyCommand({}));
    const { CiphertextBlob } = await world.kms.send(
      new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from('whole') }),
    );
    const { Plaintext } = await world.kms.send(new DecryptCommand({ CiphertextBlob }));
    assert.equal(Buffer.from(Plaintext ?? []).toString(), 'whole');
    const complaints = readFileSync(join(world.data, 'keyhold.log'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"level":5') || line.startsWith('{"level":6'));
    assert.deepEqual(complaints, []);
  });
});

/**
 * Returns the error code of an answer, or `ok`. Returns undefined for an answer that must not
 * occur.
 */
function outcomeOf(status: number, body: string): string | undefined {
  if (status === 200) return 'ok';
  if (status >= 500 || status < 400) return undefined;
  const code = body.startsWith('<')
    ? /<Code>(\w+)<\/Code>/.exec(body)?.[1]
    : (JSON.parse(body) as { __type?: string }).__type;
  if (code === undefined) return undefined;
  return body.startsWith('<') || Object.hasOwn(errors, code) ? code : undefined;
}

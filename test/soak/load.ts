import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import type { World } from '../support/world.ts';

const Plaintext = Buffer.from('must not be lost');
/** New keys are this rare among the requests, and there are never more than this. */
const NEW_KEYS = 0.02;
const MAX_KEYS = 1_000;
/** Milliseconds between two requests of one worker: the machine should have time left for the faults. */
const PAUSE = 5;

export interface Counts {
  requests: number;
  /** By operation and error: what the SDK's own retries did not hide. */
  readonly errors: Map<string, number>;
  /** New keys that were refused because they would not have been on two HSMs. */
  refused: number;
  /** Longest request, in milliseconds. */
  slowest: number;
  readonly keys: Map<string, Uint8Array>;
}

/** A client with the SDK's standard retries, unlike that of the tests. */
export function retryingClient(world: World): KMSClient {
  const { region, endpoint, credentials } = world.kms.config;
  const kms = new KMSClient({
    region,
    ...(endpoint && { endpoint }),
    credentials,
    maxAttempts: 3,
    retryMode: 'standard',
  });
  const tagged =
    (next: (args: never) => Promise<never>, { commandName }: { commandName?: string }) =>
    async (args: never) => {
      try {
        return await next(args);
      } catch (error) {
        throw Object.assign(error as Error, { commandName });
      }
    };
  kms.middlewareStack.add(tagged as never, { step: 'initialize' });
  return kms;
}

/** Uses and makes keys of a store, several at a time, until told to stop. Every key that was given out is remembered. */
export function startLoad(
  kms: KMSClient,
  storeId: string,
  random: () => number,
): { readonly counts: Counts; stop(): Promise<void> } {
  const counts: Counts = {
    requests: 0,
    errors: new Map(),
    refused: 0,
    slowest: 0,
    keys: new Map(),
  };
  const ending = new AbortController();
  const workers = Array.from({ length: 4 }, async () => {
    while (!ending.signal.aborted) {
      const start = performance.now();
      counts.requests += 1;
      try {
        await oneRequest({ kms, storeId, counts, chance: random() });
      } catch (error) {
        note(counts, error as Error);
      }
      counts.slowest = Math.max(counts.slowest, performance.now() - start);
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE);
      });
    }
  });
  return {
    counts,
    async stop() {
      ending.abort();
      await Promise.all(workers);
    },
  };
}

interface Turn {
  readonly kms: KMSClient;
  readonly storeId: string;
  readonly counts: Counts;
  readonly chance: number;
}

/** One draw decides which key is used and how. */
async function oneRequest({ kms, storeId, counts: { keys }, chance }: Turn): Promise<void> {
  const [KeyId, CiphertextBlob] = [...keys][Math.floor(chance * keys.size)] ?? [];
  const kind = (chance * 1_000) % 1;
  if (KeyId === undefined || (kind < NEW_KEYS && keys.size < MAX_KEYS))
    await makeKey(kms, storeId, keys);
  else if (kind < 0.4) await kms.send(new EncryptCommand({ KeyId, Plaintext }));
  else if (kind < 0.8) await decrypts(kms, CiphertextBlob);
  else await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
}

async function makeKey(kms: KMSClient, storeId: string, keys: Counts['keys']): Promise<void> {
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: storeId }),
  );
  const KeyId = KeyMetadata?.KeyId ?? '';
  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId, Plaintext }),
  );
  keys.set(KeyId, CiphertextBlob);
}

async function decrypts(kms: KMSClient, CiphertextBlob: Uint8Array | undefined): Promise<void> {
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
  if (!Plaintext.equals(opened.Plaintext ?? Buffer.alloc(0))) throw new Error('WrongPlaintext');
}

function note(counts: Counts, error: Error & { readonly commandName?: string }): void {
  if (error.name === 'CloudHsmClusterInvalidConfigurationException') counts.refused += 1;
  else {
    const name = `${error.commandName ?? ''}: ${error.name}`;
    counts.errors.set(name, (counts.errors.get(name) ?? 0) + 1);
  }
}

/** How many of the keys don't open what was encrypted under them. */
export async function countLost(kms: KMSClient, { keys }: Counts): Promise<number> {
  let lost = 0;
  for (const ciphertext of keys.values()) {
    try {
      await decrypts(kms, ciphertext);
    } catch {
      lost += 1;
    }
  }
  return lost;
}

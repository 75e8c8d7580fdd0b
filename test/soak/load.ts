import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import type { World } from '../support/world.ts';

const Plaintext = Buffer.from('must not be lost');
/** Fraction of requests that create a key. */
const NEW_KEY_PROBABILITY = 0.02;
/** Maximum number of keys. */
const MAX_KEYS = 1_000;
/**
 * Pause between two requests of one worker, in milliseconds. It leaves CPU time for recovering from
 * faults.
 */
const PAUSE_MS = 5;

export interface Counts {
  requests: number;
  /** Number of errors that remained after the SDK's retries, by operation and error name. */
  readonly errors: Map<string, number>;
  /** Number of new keys that were rejected because fewer than two HSMs were active. */
  rejectedKeys: number;
  /** Duration of the slowest request, in milliseconds. */
  slowest: number;
  readonly keys: Map<string, Uint8Array>;
}

/** Returns a client with the SDK's standard retries. The clients of other tests do not retry. */
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

/**
 * Creates and uses keys of a store with several workers until stopped. Records every key that was
 * created.
 */
export function startLoad(
  kms: KMSClient,
  storeId: string,
  random: () => number,
): { readonly counts: Counts; stop(): Promise<void> } {
  const counts: Counts = {
    requests: 0,
    errors: new Map(),
    rejectedKeys: 0,
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
        setTimeout(resolve, PAUSE_MS);
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

interface RequestOptions {
  readonly kms: KMSClient;
  readonly storeId: string;
  readonly counts: Counts;
  readonly chance: number;
}

/** Sends one request. A single random number selects the key and the operation. */
async function oneRequest({
  kms,
  storeId,
  counts: { keys },
  chance,
}: RequestOptions): Promise<void> {
  const [KeyId, CiphertextBlob] = [...keys][Math.floor(chance * keys.size)] ?? [];
  const kind = (chance * 1_000) % 1;
  if (KeyId === undefined || (kind < NEW_KEY_PROBABILITY && keys.size < MAX_KEYS))
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
  if (error.name === 'CloudHsmClusterInvalidConfigurationException') counts.rejectedKeys += 1;
  else {
    const name = `${error.commandName ?? ''}: ${error.name}`;
    counts.errors.set(name, (counts.errors.get(name) ?? 0) + 1);
  }
}

/** Counts the keys that no longer decrypt their ciphertext. */
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

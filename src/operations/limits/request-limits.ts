import { RateLimit, type Clock } from '../../base/index.ts';
import { KmsError, type DataKeyPairSpec, type KeyRow } from '../../domain/index.ts';
import { awsRate, type Rate } from './aws-rates.ts';

export interface RequestRates {
  /** Cryptographic operations per second with the keys of one custom key store, whoever asks; no limit, if absent. */
  readonly customKeyStore?: number;
  /** Whether AWS's quotas per account and Region hold. */
  readonly aws: boolean;
}

/** What a custom key store of AWS's does, and no limit besides. */
export const defaultRates: RequestRates = { customKeyStore: 1_800, aws: false };

/** A request that was found allowed: only those count. */
export interface CountedRequest {
  readonly operation: string;
  /** Whether it uses the keys: the operations that a custom key store counts. */
  readonly cryptographic: boolean;
  readonly account: string;
  readonly region: string;
  readonly keys: readonly KeyRow[];
  readonly input: object;
}

/** Counts the requests to KMS, and refuses those above its rates. */
export class RequestLimits {
  readonly #rates: RequestRates;
  readonly #clock: Clock;
  readonly #stores: RateLimit | undefined;
  readonly #groups = new Map<string, RateLimit>();

  constructor(rates: RequestRates, clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
    this.#stores =
      rates.customKeyStore === undefined ? undefined : new RateLimit(rates.customKeyStore, clock);
  }

  /** @throws KmsError ThrottlingException */
  require(request: CountedRequest): void {
    if (this.#stores && request.cryptographic) {
      for (const { customKeyStoreId } of request.keys) {
        if (customKeyStoreId !== undefined && !this.#stores.take(customKeyStoreId)) throw tooFast();
      }
    }
    if (this.#rates.aws && !this.#take(rateOf(request), `${request.account} ${request.region}`))
      throw tooFast();
  }

  #take({ group, perSecond }: Rate, name: string): boolean {
    // The symmetric quota differs between Regions, all others are the same in each.
    const key = `${group} ${perSecond}`;
    const limit = this.#groups.get(key) ?? new RateLimit(perSecond, this.#clock);
    this.#groups.set(key, limit);
    return limit.take(name);
  }
}

function rateOf({ operation, region, keys, input }: CountedRequest): Rate {
  const keySpec = keys[0]?.keySpec;
  // Only the data key pair operations have it, and the decoder has checked it against the contract.
  const { KeyPairSpec: pairSpec } = input as { readonly KeyPairSpec?: DataKeyPairSpec };
  return awsRate({ operation, region, ...(keySpec && { keySpec }), ...(pairSpec && { pairSpec }) });
}

function tooFast(): KmsError {
  return new KmsError(
    'ThrottlingException',
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  );
}

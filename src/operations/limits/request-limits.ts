import { RateLimit, type Clock } from '../../base/index.ts';
import { KmsError, type DataKeyPairSpec, type KeyRow } from '../../domain/index.ts';
import { awsRate, type Rate } from './aws-rates.ts';

export interface RequestRates {
  /**
   * Cryptographic operations per second with the keys of one custom key store, across all callers.
   * No limit if absent.
   */
  readonly customKeyStore?: number;
  /** True to enforce AWS's quotas per account and Region. */
  readonly aws: boolean;
}

/** The rate of a custom key store in AWS, and no other limit. */
export const defaultRates: RequestRates = { customKeyStore: 1_800, aws: false };

/** An authorized request. Only these count towards the limits. */
export interface CountedRequest {
  readonly operation: string;
  /** True if it uses the keys. Only these operations count towards a custom key store's limit. */
  readonly cryptographic: boolean;
  readonly account: string;
  readonly region: string;
  readonly keys: readonly KeyRow[];
  readonly input: object;
}

/** Counts the requests to KMS, and rejects those above the limits. */
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
    // Only the symmetric quota differs between Regions.
    const key = `${group} ${perSecond}`;
    const limit = this.#groups.get(key) ?? new RateLimit(perSecond, this.#clock);
    this.#groups.set(key, limit);
    return limit.take(name);
  }
}

function rateOf({ operation, region, keys, input }: CountedRequest): Rate {
  const keySpec = keys[0]?.keySpec;
  // Only the data key pair operations have this member, and the decoder has validated it.
  const { KeyPairSpec: pairSpec } = input as { readonly KeyPairSpec?: DataKeyPairSpec };
  return awsRate({ operation, region, ...(keySpec && { keySpec }), ...(pairSpec && { pairSpec }) });
}

function tooFast(): KmsError {
  return new KmsError(
    'ThrottlingException',
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  );
}

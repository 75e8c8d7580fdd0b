import type { SecretText } from '../../base/index.ts';
import type { CommandInput, CommandName, CommandOutput } from '../wire/index.ts';
import {
  HsmUnreachableError,
  type ClusterClient,
  type ClusterClientOptions,
  type HsmAddress,
  type HsmHealth,
} from './contract.ts';
import { LoginGate } from './login-gate.ts';
import { PooledHsm, type PoolContext } from './pooled-hsm.ts';
import { canRetryElsewhere, isRepeatable } from './repeatable.ts';

/**
 * Longest time that a call waits for a reconnecting HSM if no other is usable, and the maximum
 * number of waiting calls.
 */
const RECONNECT_WAIT_MS = 2_000;
const MAX_WAITING_CALLS = 1_000;

/** The connections to all HSMs of a cluster. Chooses an HSM for each call. */
export class ClusterPool implements ClusterClient {
  readonly #gate: LoginGate;
  readonly #context: PoolContext;
  #hsms: readonly PooledHsm[] = [];
  readonly #waiters = new Set<() => void>();
  #next = 0;

  constructor(options: ClusterClientOptions) {
    const { trustAnchor, clusterCertificate, timeout, clock, log } = options;
    this.#gate = new LoginGate(options.credentials);
    this.#context = {
      trustAnchor,
      ...(clusterCertificate !== undefined && { clusterCertificate }),
      ...(timeout !== undefined && { timeout }),
      clock,
      log,
      gate: this.#gate,
      changed: () => this.#waiters.forEach((check) => check()),
    };
    this.setMembers(options.members);
  }

  hsms(): readonly PooledHsm[] {
    return this.#hsms;
  }

  async call<C extends CommandName>(command: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    const hsm = this.#leastBusy([]) ?? (await this.#waitForHsm());
    if (!hsm) throw this.#noUsableHsm();
    try {
      return await hsm.call(command, input, this.#mayFailOver(command, input, [hsm]));
    } catch (error) {
      return this.#retryElsewhere(command, input, hsm, error);
    }
  }

  async callEach<C extends CommandName>(command: C, input: CommandInput<C>) {
    const reachable = this.#hsms.filter((hsm) => hsm.load !== undefined);
    return Promise.all(
      reachable.map(async (hsm) => {
        const { hsmId } = hsm.address;
        try {
          return { hsmId, output: await hsm.call(command, input, false) };
        } catch (error) {
          return { hsmId, error: error instanceof Error ? error : new Error('unknown failure') };
        }
      }),
    );
  }

  members(): readonly HsmHealth[] {
    return this.#hsms.map((hsm) => hsm.health);
  }

  setMembers(addresses: readonly HsmAddress[]): void {
    const previous = new Map(this.#hsms.map((hsm) => [keyOf(hsm.address), hsm]));
    const wanted = new Map(addresses.map((address) => [keyOf(address), address]));
    this.#hsms = Array.from(
      wanted,
      ([key, address]) => previous.get(key) ?? new PooledHsm(address, this.#context),
    );
    for (const [key, hsm] of previous) {
      if (wanted.has(key)) hsm.retryNow();
      else hsm.stop();
    }
  }

  setPassword(password: SecretText): void {
    this.#gate.setPassword(password);
    for (const hsm of this.#hsms) hsm.passwordChanged();
  }

  close(): void {
    this.setMembers([]);
  }

  /** Tries each remaining HSM once. */
  async #retryElsewhere<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    first: PooledHsm,
    error: unknown,
  ): Promise<CommandOutput<C>> {
    const tried = [first];
    let failure = error;
    while (canRetryElsewhere(failure, command, input)) {
      const hsm = await this.#nextHsm(tried, failure);
      if (!hsm) break;
      tried.push(hsm);
      const canFailOver = this.#mayFailOver(command, input, tried);
      try {
        return await hsm.call(command, input, canFailOver);
      } catch (error) {
        failure = error;
      }
      // The caller has waited for a whole timeout.
      if (!canFailOver && failure instanceof HsmUnreachableError && failure.reason === 'timeout')
        break;
    }
    throw failure;
  }

  /**
   * Returns an HSM that has not been tried. After a broken connection, also one that has
   * reconnected.
   */
  async #nextHsm(tried: readonly PooledHsm[], failure: unknown): Promise<PooledHsm | undefined> {
    const fresh = this.#leastBusy(tried);
    const broken = failure instanceof HsmUnreachableError && failure.reason !== 'timeout';
    if (fresh || !broken || tried.length > this.#hsms.length) return fresh;
    return this.#waitForHsm();
  }

  /**
   * Waits for the first HSM to reconnect. Resolves to undefined if none is being connected to, or
   * if it takes too long.
   */
  async #waitForHsm(): Promise<PooledHsm | undefined> {
    if (this.#waiters.size >= MAX_WAITING_CALLS) return undefined;
    const { promise, resolve } = Promise.withResolvers<PooledHsm | undefined>();
    const check = (): void => {
      const hsm = this.#leastBusy([]);
      if (hsm || !this.#hsms.some(({ connecting }) => connecting)) resolve(hsm);
    };
    const timer = setTimeout(() => resolve(undefined), RECONNECT_WAIT_MS);
    this.#waiters.add(check);
    check();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(check);
    }
  }

  /**
   * Returns whether another HSM can take the call if this one becomes unresponsive. For the last
   * remaining HSM, a call waits for the full timeout.
   */
  #mayFailOver<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    tried: readonly PooledHsm[],
  ): boolean {
    const another = this.#hsms.some((hsm) => hsm.answers && !tried.includes(hsm));
    return another && isRepeatable(command, input);
  }

  /** Picks the least busy HSM. Ties are broken round-robin. */
  #leastBusy(except: readonly PooledHsm[]): PooledHsm | undefined {
    const hsms = this.#hsms;
    let best: PooledHsm | undefined;
    let least = Infinity;
    this.#next = (this.#next + 1) % Math.max(hsms.length, 1);
    for (let step = 0; step < hsms.length; step += 1) {
      const hsm = hsms[(this.#next + step) % hsms.length];
      const load = hsm?.load;
      if (load === undefined || load >= least || (hsm && except.includes(hsm))) continue;
      best = hsm;
      least = load;
    }
    return best;
  }

  #noUsableHsm(): HsmUnreachableError {
    const reasons = this.#hsms.map((hsm) => hsm.health.reason ?? 'not usable');
    return new HsmUnreachableError(
      'no-hsm',
      reasons.length === 0 ? 'the cluster has no HSM' : `no HSM is usable: ${reasons.join('; ')}`,
    );
  }
}

function keyOf({ hsmId, host, port }: HsmAddress): string {
  return `${hsmId} ${host} ${port}`;
}

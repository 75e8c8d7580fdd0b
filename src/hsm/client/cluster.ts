import type { SecretText } from '../../base/index.ts';
import type { CommandInput, CommandName, CommandOutput } from '../wire/index.ts';
import {
  HsmUnreachableError,
  type ClusterClient,
  type ClusterClientOptions,
  type HsmAddress,
  type MemberHealth,
} from './contract.ts';
import { LoginGate } from './login-gate.ts';
import { Member, type MemberContext } from './member.ts';
import { isRepeatable, mayGoElsewhere } from './repeatable.ts';

/** Milliseconds that a call waits for an HSM that is just being connected to, if there is no other, and how many may wait. */
const LONGEST_WAIT = 2_000;
const MAX_WAITING = 1_000;

/** The members of a cluster and the choice between them. */
export class Cluster implements ClusterClient {
  readonly #gate: LoginGate;
  readonly #context: MemberContext;
  #members: readonly Member[] = [];
  readonly #waiting = new Set<() => void>();
  #next = 0;

  constructor(options: ClusterClientOptions) {
    const { trustAnchor, timeout, clock, log } = options;
    this.#gate = new LoginGate(options.credentials);
    this.#context = {
      trustAnchor,
      ...(timeout !== undefined && { timeout }),
      clock,
      log,
      gate: this.#gate,
      changed: () => this.#waiting.forEach((look) => look()),
    };
    this.setMembers(options.members);
  }

  roster(): readonly Member[] {
    return this.#members;
  }

  async call<C extends CommandName>(command: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    const member = this.#leastBusy([]) ?? (await this.#connected());
    if (!member) throw this.#nobody();
    try {
      return await member.call(command, input, this.#isPortable(command, input, [member]));
    } catch (error) {
      return this.#elsewhere(command, input, member, error);
    }
  }

  async callEach<C extends CommandName>(command: C, input: CommandInput<C>) {
    const reachable = this.#members.filter((member) => member.load !== undefined);
    return Promise.all(
      reachable.map(async (member) => {
        const { hsmId } = member.address;
        try {
          return { hsmId, output: await member.call(command, input, false) };
        } catch (error) {
          return { hsmId, error: error instanceof Error ? error : new Error('unknown failure') };
        }
      }),
    );
  }

  members(): readonly MemberHealth[] {
    return this.#members.map((member) => member.health);
  }

  setMembers(addresses: readonly HsmAddress[]): void {
    const before = new Map(this.#members.map((member) => [keyOf(member.address), member]));
    const wanted = new Map(addresses.map((address) => [keyOf(address), address]));
    this.#members = Array.from(
      wanted,
      ([key, address]) => before.get(key) ?? new Member(address, this.#context),
    );
    for (const [key, member] of before) {
      if (wanted.has(key)) member.mayBeUp();
      else member.stop();
    }
  }

  setPassword(password: SecretText): void {
    this.#gate.setPassword(password);
    for (const member of this.#members) member.passwordChanged();
  }

  close(): void {
    this.setMembers([]);
  }

  /** Each further HSM once. */
  async #elsewhere<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    first: Member,
    error: unknown,
  ): Promise<CommandOutput<C>> {
    const tried = [first];
    let failure = error;
    while (mayGoElsewhere(failure, command, input)) {
      const member = await this.#another(tried, failure);
      if (!member) break;
      tried.push(member);
      const portable = this.#isPortable(command, input, tried);
      try {
        return await member.call(command, input, portable);
      } catch (error) {
        failure = error;
      }
      // Then the caller has waited long enough.
      if (!portable && failure instanceof HsmUnreachableError && failure.reason === 'timeout')
        break;
    }
    throw failure;
  }

  /** An HSM that was not tried yet; after a broken connection also one that has come back. */
  async #another(tried: readonly Member[], failure: unknown): Promise<Member | undefined> {
    const fresh = this.#leastBusy(tried);
    const broken = failure instanceof HsmUnreachableError && failure.reason !== 'timeout';
    if (fresh || !broken || tried.length > this.#members.length) return fresh;
    return this.#connected();
  }

  /** The first HSM that is connected to again, as long as there is hope and for a while at most. */
  async #connected(): Promise<Member | undefined> {
    if (this.#waiting.size >= MAX_WAITING) return undefined;
    const { promise, resolve } = Promise.withResolvers<Member | undefined>();
    const look = (): void => {
      const member = this.#leastBusy([]);
      if (member || !this.#members.some(({ connecting }) => connecting)) resolve(member);
    };
    const timer = setTimeout(() => resolve(undefined), LONGEST_WAIT);
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  /** Whether there is another HSM to go to if this one stays silent. With the last one it is worth to be patient. */
  #isPortable<C extends CommandName>(
    command: C,
    input: CommandInput<C>,
    tried: readonly Member[],
  ): boolean {
    const another = this.#members.some((member) => member.answers && !tried.includes(member));
    return another && isRepeatable(command, input);
  }

  /** Of those equally busy, each in its turn. */
  #leastBusy(except: readonly Member[]): Member | undefined {
    const members = this.#members;
    let best: Member | undefined;
    let least = Infinity;
    this.#next = (this.#next + 1) % Math.max(members.length, 1);
    for (let step = 0; step < members.length; step += 1) {
      const member = members[(this.#next + step) % members.length];
      const load = member?.load;
      if (load === undefined || load >= least || (member && except.includes(member))) continue;
      best = member;
      least = load;
    }
    return best;
  }

  #nobody(): HsmUnreachableError {
    const reasons = this.#members.map((member) => member.health.reason ?? 'not usable');
    return new HsmUnreachableError(
      'no-hsm',
      reasons.length === 0 ? 'the cluster has no HSM' : `no HSM is usable: ${reasons.join('; ')}`,
    );
  }
}

function keyOf({ hsmId, host, port }: HsmAddress): string {
  return `${hsmId} ${host} ${port}`;
}

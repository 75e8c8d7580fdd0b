import { HsmError, type KeyPairKind } from '../wire/index.ts';
import type { Engine, EngineKey } from './engine.ts';

/** Each generation takes a thread. Node has four, and signatures and logins need some of them. */
const MAX_CONCURRENT = 2;
const MAX_WAITING = 30;

/** Generates key pairs, with a limit on concurrent generations. */
export class KeyPairGenerator {
  readonly #engine: Engine;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Resolves to the private key of a new pair. Throws `HsmError` `busy` if too many generations are
   * waiting.
   */
  async generate(kind: KeyPairKind): Promise<EngineKey> {
    await this.#start();
    try {
      return await this.#engine.generatePair(kind);
    } finally {
      const next = this.#waiting.shift();
      // Hands the slot to the next in line, or frees it.
      if (next) next();
      else this.#running -= 1;
    }
  }

  #start(): Promise<void> | undefined {
    if (this.#running < MAX_CONCURRENT) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= MAX_WAITING)
      throw new HsmError('busy', 'too many key pairs are being generated');
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

interface Closable {
  close(): void | Promise<void>;
}

/** The running parts. Disposal stops them in the reverse order of their start. */
export class Lifetime implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  /** Disposes of `one` at the end. */
  use<T extends Disposable>(one: T): T {
    return this.#stack.use(one);
  }

  /** Closes `one` at the end. */
  closing<T extends Closable>(one: T): T {
    return this.#stack.adopt(one, (it) => it.close());
  }

  /** Calls `stop` at the end. */
  defer(stop: () => void | Promise<void>): void {
    this.#stack.defer(stop);
  }

  /**
   * Waits for two parts that start in parallel. If one fails, the other is still stopped on
   * disposal.
   */
  async startBoth<A extends Closable, B extends Closable>(
    a: Promise<A>,
    b: Promise<B>,
  ): Promise<[A, B]> {
    const starts = [
      a.then((one) => this.closing(one)),
      b.then((one) => this.closing(one)),
    ] as const;
    await Promise.allSettled(starts);
    return Promise.all(starts);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

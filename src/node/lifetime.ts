interface Closable {
  close(): void | Promise<void>;
}

/** What is running, to be stopped in the reverse order of its start. */
export class Lifetime implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  use<T extends Disposable>(one: T): T {
    return this.#stack.use(one);
  }

  closing<T extends Closable>(one: T): T {
    return this.#stack.adopt(one, (it) => it.close());
  }

  defer(stop: () => void | Promise<void>): void {
    this.#stack.defer(stop);
  }

  /** Starts two things at the same time; should one fail, the other is stopped as well. */
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

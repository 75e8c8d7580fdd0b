/** Ctrl-C under `npm start` arrives twice: from the terminal, and forwarded by npm. */
const DUPLICATE_SIGNAL_MS = 500;

/** Resolves at the first signal. A second one ends the process at once, and with it its HSMs. */
export function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      first ??= now;
      if (now - first > DUPLICATE_SIGNAL_MS) process.exit(1);
      resolve();
    });
  }
  return promise;
}

/**
 * Measures what input costs, so that a test can fail on work out of line with the size of an input.
 * The unit is the processor time in which this thread looks at each byte of 1 MiB once, which is
 * about a millisecond. It is measured next to each input: a slow or busy machine slows both.
 */

/** Work of one kind of input. Must not wait for anything but the processor. */
export type Work = () => unknown;

/** Processor time below which a measurement is too coarse, in microseconds. */
const MIN_MEASURED_US = 20_000;
/** Number of times after which an input is cheap, however little time it took. */
const MAX_RUNS = 30;
/** Measurements of an input that seems too costly. The least counts, because noise only adds. */
const ATTEMPTS = 6;

const reference = Buffer.alloc(1024 * 1024, 'Keyhold');

function lookAtEachByte(): number {
  let quotes = 0;
  for (let at = 0; at < reference.length; at += 1) if (reference[at] === 0x22) quotes += 1;
  return quotes;
}

/** Returns the processor time of one run of `work`, in microseconds. */
async function processorTime(work: Work): Promise<number> {
  const start = process.threadCpuUsage();
  for (let runs = 1; ; runs += 1) {
    await work();
    const { user, system } = process.threadCpuUsage(start);
    if (user + system >= MIN_MEASURED_US || runs === MAX_RUNS) return (user + system) / runs;
  }
}

/** Returns what `work` costs in units. The result is exact only if it is above `limit`. */
export async function costOf(work: Work, limit: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && least > limit; attempt += 1) {
    const unit = await processorTime(lookAtEachByte);
    least = Math.min(least, (await processorTime(work)) / unit);
  }
  return least;
}

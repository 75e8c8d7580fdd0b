/**
 * `npm run bench`: measures signed Encrypt calls through the whole system and, in the same run, a
 * bare `node:http` server that returns the same bytes. The ratio of the two is the result, because
 * absolute figures depend more on the machine than on Keyhold.
 * Options: `--rounds N` (default 5), `--seconds N` per measurement (default 3), `--connections N`
 * (default 32).
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { newKey, ownCluster, ownKeyStore } from '../test/support/own-cluster.ts';
import { startWorld, type World } from '../test/support/world.ts';
import type { BareResponse } from './bare-server.ts';
import type { LoadOrder, LoadReport } from './load-generator.ts';
import { policyCost } from './policy-cost.ts';
import { memoryOf, processesOf, processorTime, type MeasuredProcess } from './processes.ts';
import { encryptRequests } from './signed-requests.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const WARM_UP_REQUESTS = 50_000;

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly requests: readonly string[];
  /** Processes whose processor time is measured. */
  readonly processes: readonly MeasuredProcess[];
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const child = (file: string): ChildProcess => fork(new URL(file, import.meta.url).pathname);
const portOf = (world: World): number => Number(new URL(world.server.endpoint).port);

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

function spread(figures: readonly number[], digits = 2): string {
  const sorted = figures.toSorted((a, b) => a - b);
  return `${median(figures).toFixed(digits)} (${(sorted[0] ?? 0).toFixed(digits)} to ${(sorted.at(-1) ?? 0).toFixed(digits)})`;
}

async function load(subject: Subject, more: Partial<LoadOrder> = {}): Promise<LoadReport> {
  const generator = child('load-generator.ts');
  const order: LoadOrder = {
    host: '127.0.0.1',
    port: subject.port,
    requests: subject.requests,
    connections,
    seconds,
    ...more,
  };
  generator.send(order);
  const [report] = (await once(generator, 'message')) as [LoadReport];
  generator.disconnect();
  if (report.failures > 0) throw new Error(`${subject.name}: ${report.failures} requests failed`);
  return report;
}

/** Starts the bare server with the response that Keyhold returns for `request`. */
async function bareServer(
  world: World,
  request: string,
): Promise<{ port: number; process: MeasuredProcess; stop(): void }> {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const headers = Object.fromEntries(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const response = await fetch(world.server.endpoint, {
    method: 'POST',
    headers: { ...headers, connection: 'keep-alive' },
    body,
  });
  const kept = [...response.headers].filter(([name]) =>
    ['content-type', 'x-amzn-requestid'].includes(name),
  );
  const server = child('bare-server.ts');
  server.send({
    headers: Object.fromEntries(kept),
    body: await response.text(),
  } satisfies BareResponse);
  const [port] = (await once(server, 'message')) as [number];
  return {
    port,
    process: { name: 'server', pid: server.pid ?? 0 },
    stop: () => server.disconnect(),
  };
}

async function compare(subjects: readonly Subject[]): Promise<void> {
  const [bare, ...others] = subjects;
  if (!bare) return;
  for (const subject of subjects) await warmUp(subject);
  const rates = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  const costs = new Map<string, number[][]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
      const { perSecond, cost } = await measure(subject);
      rates.get(subject.name)?.push(perSecond);
      costs.get(subject.name)?.push(cost);
    }
  }
  print(
    `\nsigned Encrypt, ${connections} connections, ${rounds} rounds of ${seconds} s each: median (lowest to highest)`,
  );
  const base = rates.get(bare.name) ?? [];
  print(`  ${bare.name.padEnd(28)} ${spread(base, 0)} requests/s`);
  for (const { name } of others) {
    const own = rates.get(name) ?? [];
    const ratios = own.map((rate, round) => rate / (base[round] ?? 1));
    print(
      `  ${name.padEnd(28)} ${spread(own, 0)} requests/s; ${spread(ratios)} of the bare server`,
    );
  }
  const least = costs.get(bare.name)?.map(([cost]) => cost ?? 0) ?? [];
  for (const subject of subjects)
    print(
      `  ${subject.name.padEnd(28)} ${costText(subject, costs.get(subject.name) ?? [], least)}`,
    );
  for (const subject of others) {
    const rate = Math.floor(median(rates.get(subject.name) ?? []) / 2);
    const { p50, p99 } = await load(subject, { rate });
    print(
      `  ${subject.name.padEnd(28)} at half load (${rate}/s): p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
    );
  }
}

/** Sends requests until Node has optimized the code, which takes tens of thousands of requests. */
async function warmUp(subject: Subject): Promise<void> {
  for (let sent = 0; sent < WARM_UP_REQUESTS;) sent += (await load(subject)).perSecond * seconds;
}

/**
 * Measures a load, and the processor time of each process in microseconds per request. The latter
 * depends less on the machine's other load.
 */
async function measure(
  subject: Subject,
): Promise<{ readonly perSecond: number; readonly cost: number[] }> {
  const used = (): number[] => subject.processes.map(({ pid }) => processorTime(pid) ?? 0);
  const before = used();
  const { perSecond } = await load(subject);
  const cost = used().map(
    (time, at) => ((time - (before[at] ?? 0)) * 1_000_000) / (perSecond * seconds),
  );
  return { perSecond, cost };
}

/**
 * Returns the processor time of each process. If one is a front end, also returns the bare server's
 * as a share of it.
 */
function costText(
  { processes }: Subject,
  rounds: readonly (readonly number[])[],
  bare: readonly number[],
): string {
  const costOf = (at: number): number[] => rounds.map((cost) => cost[at] ?? 0);
  const ofEach = processes.map(({ name }, at) => `${name} ${spread(costOf(at), 0)} µs`);
  const frontEnd = processes.findIndex(({ name }) => name === 'front end');
  const ratios = costOf(frontEnd).map((cost, round) => (bare[round] ?? 0) / cost);
  const share = frontEnd < 0 ? '' : `; the bare server takes ${spread(ratios)} of the front end's`;
  return `processor time per request: ${ofEach.join(', ') || 'unknown'}${share}`;
}

async function createKeyRate(world: World, storeId?: string): Promise<number> {
  const start = performance.now();
  let created = 0;
  const workers = Array.from({ length: 8 }, async () => {
    while (performance.now() - start < seconds * 1_000) {
      await newKey(world, storeId);
      created += 1;
    }
  });
  await Promise.all(workers);
  return created / ((performance.now() - start) / 1_000);
}

function memory(frontEnd: number): string {
  return processesOf(frontEnd)
    .map((process) => `${process.name} ${memoryOf(process).toFixed(0)} MB`)
    .join(', ');
}

async function main(): Promise<void> {
  const before = performance.now();
  // Measures what the HSMs can do, without AWS's request quota.
  await using world = await startWorld(['--custom-key-store-rate', 'none']);
  print(`first start to ready: ${(performance.now() - before).toFixed(0)} ms`);
  await world.stop();
  const again = performance.now();
  await world.start();
  print(`later start to ready: ${(performance.now() - again).toFixed(0)} ms`);
  print(`memory, idle: ${memory(world.server.process.pid ?? 0)}`);
  const clusterStart = performance.now();
  const cluster = await ownCluster(world);
  print(
    `cluster of two HSMs, created to active: ${((performance.now() - clusterStart) / 1_000).toFixed(1)} s`,
  );
  const storeId = await ownKeyStore(world, cluster);
  print(
    `CreateKey, 8 at a time: default key store ${(await createKeyRate(world)).toFixed(0)}/s, custom key store ${(await createKeyRate(world, storeId)).toFixed(0)}/s`,
  );

  const requests = encryptRequests(world, await newKey(world), 256);
  const custom = encryptRequests(world, await newKey(world, storeId), 256);
  const bare = await bareServer(world, requests[0] ?? '');
  const processes = processesOf(world.server.process.pid ?? 0);
  await compare([
    { name: 'bare node:http', port: bare.port, requests, processes: [bare.process] },
    { name: 'default key store', port: portOf(world), requests, processes },
    { name: 'custom key store, 2 HSMs', port: portOf(world), requests: custom, processes },
  ]);
  bare.stop();
  print('\npolicies and grants:');
  const port = portOf(world);
  const countResponses = async (name: string, some: readonly string[]): Promise<number> =>
    (await load({ name, port, requests: some, processes })).perSecond * seconds;
  for (const line of await policyCost(world, rounds, countResponses)) print(line);
  print(`memory, after load: ${memory(world.server.process.pid ?? 0)}`);
}

await main();

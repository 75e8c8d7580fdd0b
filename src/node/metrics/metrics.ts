import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { ObservedRequest } from '../../protocol/index.ts';
import { observedMetrics, type Sources } from './observed-metrics.ts';

export interface Metrics {
  observe(seen: ObservedRequest): void;
  /** In Prometheus's text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Seconds. Half a millisecond is a good Encrypt; ten seconds is a call that waits for HSMs. */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10];

/** What `GET /metrics` shows. Requests are counted as they come; all else is looked at when it is asked for. */
export function createMetrics(sources: Sources): Metrics {
  const registry = new Registry();
  const requests = new Counter({
    name: 'keyhold_requests_total',
    help: 'Requests answered. `error` is the name on the wire, empty for success.',
    labelNames: ['service', 'operation', 'error'],
    registers: [],
  });
  const seconds = new Histogram({
    name: 'keyhold_request_seconds',
    help: 'Time from the whole request to its answer.',
    labelNames: ['service', 'operation'],
    buckets: BUCKETS_SECONDS,
    registers: [],
  });
  for (const metric of [requests, seconds, ...observedMetrics(sources)])
    registry.registerMetric(metric);
  collectDefaultMetrics({ register: registry });
  return {
    observe({ service, operation, error = '', seconds: taken }) {
      requests.inc({ service, operation, error });
      seconds.observe({ service, operation }, taken);
    },
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

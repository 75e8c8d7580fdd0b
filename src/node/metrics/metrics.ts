import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { ObservedRequest } from '../../protocol/index.ts';
import { observedMetrics, type Sources } from './observed-metrics.ts';

export interface Metrics {
  observe(request: ObservedRequest): void;
  /** Returns all metrics in Prometheus's text format. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** From a fast Encrypt (0.5 ms) to a call that waits for HSMs (10 s). */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10];

/**
 * Creates the metrics of `GET /metrics`. Requests are counted as they complete. All other values
 * are collected when the metrics are rendered.
 */
export function createMetrics(sources: Sources): Metrics {
  const registry = new Registry();
  const requests = new Counter({
    name: 'keyhold_requests_total',
    help: 'Requests completed. `error` is the error name on the wire, empty on success.',
    labelNames: ['service', 'operation', 'error'],
    registers: [],
  });
  const seconds = new Histogram({
    name: 'keyhold_request_seconds',
    help: 'Time from the headers of a request to its response.',
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

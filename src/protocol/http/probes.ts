import type { HttpResponse } from '../request.ts';
import type { HttpOptions } from './options.ts';

type Probe = () => Promise<HttpResponse> | HttpResponse;
/** Finds the probe of a path. Returns undefined for other paths. */
export type Probes = (url: string | undefined) => Probe | undefined;

/**
 * Creates the probes: `/healthz` (the process is alive), `/readyz` (it can serve requests),
 * `/metrics` (for Prometheus). They require no signature.
 */
export function createProbes({ ready, metrics }: Pick<HttpOptions, 'ready' | 'metrics'>): Probes {
  const probes = new Map<string | undefined, Probe>([
    ['/healthz', () => plain(200, 'ok')],
    ['/readyz', () => (ready() ? plain(200, 'ready') : plain(503, 'not ready'))],
    ['/metrics', async () => ({ status: 200, ...(await metrics()) })],
  ]);
  return (url) => probes.get(url);
}

function plain(status: number, text: string): HttpResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}

import type { HttpResponse } from '../request.ts';
import type { HttpOptions } from './options.ts';

type Probe = () => Promise<HttpResponse> | HttpResponse;
/** What a path that is for operators answers; undefined for all others. */
export type Probes = (url: string | undefined) => Probe | undefined;

/** `/healthz`: the process lives; `/readyz`: it can serve; `/metrics`: for Prometheus. None needs a signature. */
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

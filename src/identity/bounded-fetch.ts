/** Response timeout of a provider, in milliseconds. */
export const FETCH_TIMEOUT_MS = 5_000;
/** Maximum size of a response, in bytes. Configurations and key sets are a few kilobytes. */
const MAX_BYTES = 262_144;

/** Fetches a small document. Follows no redirects, and bounds the time and the size. */
export async function boundedFetch(url: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, {
    ...options,
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes from ${url}`);
    parts.push(part);
  }
  const { status, statusText, headers } = response;
  return new Response(Buffer.concat(parts), { status, statusText, headers });
}

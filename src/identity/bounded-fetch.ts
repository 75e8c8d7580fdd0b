/** Milliseconds that a provider has to answer. */
export const FETCH_TIMEOUT_MS = 5_000;
/** Configurations and key sets are a few kilobytes. */
const MAX_BYTES = 262_144;

/** `fetch` of a small document: nobody is followed to another place, waited for long, or read without end. */
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

/** Decodes padded standard base64 (RFC 4648 §4). Returns undefined for any other text. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node skips invalid characters and accepts the URL alphabet: the length reveals the former, the
  // search below the latter.
  if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding(text))
    return undefined;
  return text.includes('-') || text.includes('_') ? undefined : bytes;
}

function padding(text: string): number {
  if (!text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

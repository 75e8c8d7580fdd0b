import { readFile } from 'node:fs/promises';
import type { TlsSource } from './tls.ts';

/** A certificate of the operator's own, from two PEM files that may be replaced at any time. */
export function certificateFiles(certificateFile: string, privateKeyFile: string): TlsSource {
  return {
    async read() {
      const [certificate, privateKey] = await Promise.all([
        readFile(certificateFile, 'utf8'),
        readFile(privateKeyFile, 'utf8'),
      ]);
      return { certificate, privateKey };
    },
  };
}

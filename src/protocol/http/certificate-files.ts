import { readFile } from 'node:fs/promises';
import type { TlsSource } from './tls.ts';

/** Reads the operator's own certificate from two PEM files, which may be replaced at any time. */
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

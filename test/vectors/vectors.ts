import { readFileSync } from 'node:fs';
import { createSoftwareEngine, type SoftwareEngine } from '../../src/hsm/engine/index.ts';

/** Published result. For `acceptable` vectors, implementations may differ. */
export type Result = 'valid' | 'invalid' | 'acceptable';

interface Vector {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags: readonly string[];
  readonly result: Result;
}

/** A vector with the members of its group. Bytes are in hex. */
export type VectorOf<Members extends string> = Vector & Readonly<Record<Members, string>>;

/** Reads all vectors of a file in `wycheproof/`. */
export function wycheproof<Members extends string>(name: string): VectorOf<Members>[] {
  const text = readFileSync(new URL(`wycheproof/${name}.json`, import.meta.url), 'utf8');
  // The layout of Wycheproof's schemas. A missing member fails its test.
  const { groups } = JSON.parse(text) as {
    groups: (Record<string, unknown> & { tests: VectorOf<Members>[] })[];
  };
  return groups.flatMap(({ tests, ...group }) => tests.map((vector) => ({ ...group, ...vector })));
}

export function titleOf({ tcId, comment = '', flags, result }: Vector): string {
  return `${tcId} ${comment} [${flags.join()}] is ${result}`;
}

export const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

export const engine: SoftwareEngine = createSoftwareEngine();

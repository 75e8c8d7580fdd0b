import { readFileSync } from 'node:fs';
import type { Api } from '../api.ts';
import { CliError, messageOf } from '../io.ts';
import type { Finding } from './shapes.ts';

export async function lint(api: Api, file: string, kind: string): Promise<readonly Finding[]> {
  const { Findings } = await api<{ readonly Findings: readonly Finding[] }>(
    'keyhold',
    'LintPolicy',
    { Policy: read(file), Kind: kind },
  );
  return Findings;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} can't be read: ${messageOf(error)}`);
  }
}

export function renderFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing to say\n';
  return findings
    .map(
      ({ Level, Statement, Text }) =>
        `${Level}: ${Statement === undefined ? '' : `statement ${Statement}: `}${Text}\n`,
    )
    .join('');
}

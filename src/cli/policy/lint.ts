import { readFileSync } from 'node:fs';
import type { PolicyFinding } from '../../contract/index.ts';
import type { Api } from '../api.ts';
import { CliError, messageOf } from '../io.ts';

export async function lint(
  api: Api,
  file: string,
  kind: string,
): Promise<readonly PolicyFinding[]> {
  const { Findings } = await api('keyhold', 'LintPolicy', { Policy: read(file), Kind: kind });
  return Findings;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

export function renderFindings(findings: readonly PolicyFinding[]): string {
  if (findings.length === 0) return 'no findings\n';
  return findings
    .map(
      ({ Level, Statement, Text }) =>
        `${Level}: ${Statement === undefined ? '' : `statement ${Statement}: `}${Text}\n`,
    )
    .join('');
}

/** The README's table of operations, from the registry. `npm run readme` writes it; a test holds the README against it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { registry } from '../../src/operations/index.ts';

export const README = new URL('../../README.md', import.meta.url);
const BEGIN = '<!-- operations: made by `npm run readme` -->\n';
const END = '<!-- /operations -->';

const titles: Readonly<Record<string, string>> = {
  kms: 'AWS KMS',
  cloudhsm: 'AWS CloudHSM v2',
  iam: 'AWS IAM',
  sts: 'AWS STS',
  cloudtrail: 'AWS CloudTrail',
  keyhold: 'Keyhold’s own',
};

export function operationsTable(): string {
  const rows = Object.entries(registry).map(([service, operations]) => {
    const names = [...operations.keys()].toSorted();
    return `| ${titles[service] ?? service} | ${names.length} | ${names.join(', ')} |\n`;
  });
  return `| Service | | Operations |\n|---|---|---|\n${rows.join('')}`;
}

/** The README with the table as it should be. */
export function readmeWithTable(readme: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error('README.md has lost the marks around its table of operations');
  return `${readme.slice(0, from + BEGIN.length)}\n${operationsTable()}\n${readme.slice(to)}`;
}

if (import.meta.main) writeFileSync(README, readmeWithTable(readFileSync(README, 'utf8')));

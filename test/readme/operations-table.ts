import { registry } from '../../src/operations/index.ts';

const titles: Readonly<Record<string, string>> = {
  kms: 'AWS KMS',
  cloudhsm: 'AWS CloudHSM v2',
  iam: 'AWS IAM',
  sts: 'AWS STS',
  cloudtrail: 'AWS CloudTrail',
  keyhold: 'Keyhold’s own',
};

/** Returns a Markdown table of every operation that Keyhold serves. */
export function operationsTable(): string {
  const rows = Object.entries(registry).map(([service, operations]) => {
    const names = [...operations.keys()].toSorted();
    return `| ${titles[service] ?? service} | ${names.length} | ${names.join(', ')} |\n`;
  });
  return `| Service | | Operations |\n|---|---|---|\n${rows.join('')}`;
}

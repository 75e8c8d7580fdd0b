import { AUDIT_FORMAT, type AuditIdentity, type AuditEntry } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import type { HsmKeyActivity } from './key-activity.ts';

type Line =
  | (AuditIdentity & { readonly format: string })
  | (AuditEntry & { readonly hsmId: string });

/**
 * Parses the output of `keyhold hsm audit export`. Does not verify it; `keyhold hsm audit verify`
 * does.
 */
export async function readHsmLogs(lines: AsyncIterable<string>): Promise<HsmKeyActivity[]> {
  const clusters = new Map<string, string>();
  const entries: HsmKeyActivity[] = [];
  for await (const text of lines) {
    if (text.trim() === '') continue;
    const line = parse(text);
    if ('format' in line) clusters.set(line.hsmId, line.clusterId);
    else entries.push(entryOf(line, clusters.get(line.hsmId)));
  }
  return entries.toSorted((a, b) => a.time - b.time);
}

function parse(text: string): Line {
  try {
    const value = JSON.parse(text) as Line | null;
    // Only what distinguishes the lines is checked here; `audit verify` checks the rest.
    if (value !== null && typeof value === 'object' && typeof value.hsmId === 'string')
      return value;
  } catch {
    // Reported below.
  }
  throw new CliError(`not a line of an HSM audit log (${AUDIT_FORMAT}): ${text.slice(0, 60)}`);
}

function entryOf(
  record: AuditEntry & { readonly hsmId: string },
  clusterId: string | undefined,
): HsmKeyActivity {
  if (clusterId === undefined)
    throw new CliError(`the log of ${record.hsmId} has no identity header; export it again`);
  const { hsmId, sequence, time, opcode, response, username, keyHandle, detail } = record;
  return {
    hsmId,
    clusterId,
    sequence,
    time,
    opcode,
    succeeded: response === 'success',
    username,
    keyHandle,
    detail,
  };
}

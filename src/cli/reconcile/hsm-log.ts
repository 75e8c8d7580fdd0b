import { AUDIT_FORMAT, type AuditIdentity, type AuditEntry } from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';
import type { HsmKeyActivity } from './key-activity.ts';

type Line =
  | (AuditIdentity & { readonly format: string })
  | (AuditEntry & { readonly hsmId: string });

/** Reads what `keyhold hsm audit export` prints. `keyhold hsm audit verify` says whether it is whole and genuine. */
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
    // Its form is what `audit verify` vouches for; here only what tells lines apart is looked at.
    if (value !== null && typeof value === 'object' && typeof value.hsmId === 'string')
      return value;
  } catch {
    // Said below.
  }
  throw new CliError(
    `this is no line of an HSM's audit log (${AUDIT_FORMAT}): ${text.slice(0, 60)}`,
  );
}

function entryOf(
  record: AuditEntry & { readonly hsmId: string },
  clusterId: string | undefined,
): HsmKeyActivity {
  if (clusterId === undefined)
    throw new CliError(
      `the log of ${record.hsmId} does not begin with whose it is; export it anew`,
    );
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

import type { RecordExchange } from './link-context.ts';
import type { PeerCommands } from './peer-protocol.ts';
import type { SealedRecord } from './record-seal.ts';
import type { RecordName } from './record.ts';
import type { Replica } from './replica.ts';

/**
 * Approximate maximum size of the record bodies in one answer. Frames are limited in length, and a
 * long one delays those behind it.
 */
const MAX_ANSWER_BYTES = 256 * 1024;
/** Maximum number of records in one answer. */
const MAX_ANSWER_RECORDS = 250;
const MAX_LISTED_RECORDS = 4_000;

export function pulledRecords(
  { replica, seal }: RecordExchange,
  after: number,
): PeerCommands['pull']['out'] {
  if (after >= replica.head) return { records: [] };
  return {
    records: fitting(
      replica.recordsAfter(after, MAX_ANSWER_RECORDS).map((record) => seal.seal(record)),
    ),
  };
}

export function fetchedRecords(
  { replica, seal }: RecordExchange,
  names: readonly RecordName[],
): PeerCommands['fetch']['out'] {
  const records: SealedRecord[] = [];
  let answered = 0;
  for (let bytes = 0; answered < names.length && bytes < MAX_ANSWER_BYTES; answered += 1) {
    const name = names[answered];
    const record = name && replica.read(name.kind, name.id);
    if (!record) continue;
    const sealed = seal.seal(record);
    bytes += sealed.sealed.length;
    records.push(sealed);
  }
  return { records, answered };
}

export function listedRecords(
  replica: Replica,
  leaves: readonly number[],
): PeerCommands['list']['out'] {
  const records: PeerCommands['list']['out']['records'][number][] = [];
  let answered = 0;
  for (; answered < leaves.length && records.length < MAX_LISTED_RECORDS; answered += 1)
    records.push(...replica.ranksIn(leaves[answered] ?? 0));
  return { records, answered };
}

/** Returns as many records as fit into an answer, and at least the first. */
function fitting(records: readonly SealedRecord[]): SealedRecord[] {
  let bytes = 0;
  const end = records.findIndex(({ sealed }) => (bytes += sealed.length) > MAX_ANSWER_BYTES);
  return end === -1 ? [...records] : records.slice(0, Math.max(end, 1));
}

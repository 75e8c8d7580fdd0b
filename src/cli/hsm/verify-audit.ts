import {
  certifies,
  isSignedBy,
  LogVerifier,
  readSigningKey,
  type LogFault,
} from '../../crypto/index.ts';
import {
  AUDIT_FORMAT,
  auditFields,
  CHECKPOINT,
  checkpointPurpose,
  type AuditIdentity,
  type AuditEntry,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';

/** What the verifier believes without proof; PEM. */
export type AuditTrust = { readonly manufacturerRoot: string } | { readonly publicKey: string };

/** One HSM's log, found whole. */
export interface VerifiedLog {
  readonly hsmId: string;
  readonly serialNumber: string;
  readonly records: number;
  /** Of these the HSM's hardware key vouches for so many, from the first on. */
  readonly signedRecords: number;
}

const faults: Readonly<Record<LogFault, string>> = {
  gap: 'a record before it is missing',
  hash: 'it or the record before it was changed',
  signature: 'its signature is not that of the HSM',
};

interface OneLog {
  readonly identity: AuditIdentity;
  readonly verifier: LogVerifier;
}

/**
 * Checks what `keyhold hsm audit export` printed, of one HSM or several. Fails with `CliError` at
 * the first thing that is wrong.
 */
export async function verifyAudit(
  lines: AsyncIterable<string>,
  trust: AuditTrust,
): Promise<VerifiedLog[]> {
  const logs = new Map<string, OneLog>();
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const entry = parse(line, number);
    if ('format' in entry) logs.set(entry.hsmId, beginLog(entry, trust));
    else continueLog(logs.get(entry.hsmId), entry, number);
  }
  if (logs.size === 0) throw new CliError('the file holds no audit log');
  return Array.from(logs.values(), ({ identity, verifier }) => {
    if (verifier.signed === 0) throw new CliError(`${identity.hsmId}: the log is not signed`);
    return {
      hsmId: identity.hsmId,
      serialNumber: identity.serialNumber,
      records: verifier.length,
      signedRecords: verifier.signed,
    };
  });
}

type HsmIdentityLine = AuditIdentity & { readonly format: string };
type RecordLine = AuditEntry & { readonly hsmId: string };

function parse(line: string, number: number): HsmIdentityLine | RecordLine {
  try {
    // What the members hold is covered by the hashes, so a wrong one shows there.
    const value = JSON.parse(line) as HsmIdentityLine | RecordLine | null;
    if (value !== null && typeof value === 'object' && typeof value.hsmId === 'string')
      return value;
  } catch {
    // Said below.
  }
  throw new CliError(`line ${number} is no audit record`);
}

function beginLog(identity: HsmIdentityLine, trust: AuditTrust): OneLog {
  if (identity.format !== AUDIT_FORMAT)
    throw new CliError(`${identity.hsmId}: unknown format ${identity.format}`);
  const publicKey = readSigningKey(identity.publicKey);
  if (!publicKey) throw new CliError(`${identity.hsmId}: its public key can't be read`);
  const { manufacturerHardwareCertificate: certificate = '' } = identity;
  const genuine =
    'publicKey' in trust
      ? readSigningKey(trust.publicKey)?.equals(publicKey) === true
      : isSignedBy(certificate, trust.manufacturerRoot) && certifies(certificate, publicKey);
  if (!genuine) throw new CliError(`${identity.hsmId}: the log's key is not one that you trust`);
  return { identity, verifier: new LogVerifier(publicKey) };
}

function continueLog(log: OneLog | undefined, record: RecordLine, number: number): void {
  if (!log)
    throw new CliError(`line ${number}: a record of ${record.hsmId}, whose identity is missing`);
  const { sequence, hash, opcode, detail = '', hsmId } = record;
  const checkpoint =
    opcode === CHECKPOINT ? { purpose: checkpointPurpose(hsmId), signature: detail } : undefined;
  const fault = log.verifier.take({ sequence, fields: auditFields(record), hash, checkpoint });
  if (fault)
    throw new CliError(
      `${hsmId}: record ${sequence} on line ${number} is not right: ${faults[fault]}`,
    );
}

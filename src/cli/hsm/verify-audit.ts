import {
  certifies,
  hasSubject,
  isSignedBy,
  LogVerifier,
  readSigningKey,
  type LogFault,
} from '../../crypto/index.ts';
import {
  AUDIT_FORMAT,
  AUDIT_NONCE,
  auditFields,
  CHECKPOINT,
  checkpointPurpose,
  type AuditIdentity,
  type AuditEntry,
} from '../../hsm/wire/index.ts';
import { CliError } from '../io.ts';

/** Trust root of the verification, as PEM. */
export type AuditTrust = { readonly manufacturerRoot: string } | { readonly publicKey: string };

/** A log that was verified completely. */
export interface VerifiedLog {
  readonly hsmId: string;
  /** Serial number of the hardware in the manufacturer's certificate, if that was verified. */
  readonly serialNumber: string | undefined;
  readonly records: number;
  /** Number of records, from the first, that the HSM has signed. The last signature is not one. */
  readonly signedRecords: number;
  /** Time of the newest signed record, by the HSM's clock, in milliseconds since the epoch. */
  readonly signedAt: number;
  /** True if the HSM has signed the verifier's nonce. The log was complete at that time. */
  readonly answersNonce: boolean;
}

const faults: Readonly<Record<LogFault, string>> = {
  gap: 'a record before it is missing',
  hash: 'it or the record before it was changed',
  signature: 'its signature is invalid',
};

/** Members of a record that are verified: its hash covers all but `hash`, and `hsmId` is signed. */
const MEMBERS = new Set(
  'hsmId sequence time opcode response session username role keyHandle detail hash'.split(' '),
);

interface OneLog {
  readonly hsmId: string;
  readonly serialNumber: string | undefined;
  readonly verifier: LogVerifier;
  /** Time of the newest record. */
  time: number;
  signedAt: number;
  /** Sequence of the record with the verifier's nonce. */
  nonceAt: number | undefined;
}

/**
 * Verifies the output of `keyhold hsm audit export`, of one HSM or several. Rejects with `CliError`
 * at the first fault, or if a nonce is given that a log does not answer.
 */
export async function verifyAudit(
  lines: AsyncIterable<string>,
  trust: AuditTrust,
  nonce?: string,
): Promise<VerifiedLog[]> {
  const logs = new Map<string, OneLog>();
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const entry = parse(line, number);
    // Hashes do not cover spaces, repeated members or the spelling of values.
    if (JSON.stringify(entry) !== line)
      throw new CliError(`line ${number} is not as the HSM exported it`);
    if (!('format' in entry)) continueLog(logs.get(entry.hsmId), entry, number, nonce);
    else if (!logs.has(entry.hsmId)) logs.set(entry.hsmId, beginLog(entry, trust));
    else throw new CliError(`line ${number}: the file contains the log of ${entry.hsmId} twice`);
  }
  if (logs.size === 0) throw new CliError('the file contains no audit log');
  return Array.from(logs.values(), (log) => verified(log, nonce));
}

function verified(
  { hsmId, serialNumber, verifier, signedAt, nonceAt }: OneLog,
  nonce: string | undefined,
): VerifiedLog {
  if (verifier.signed === 0) throw new CliError(`the log of ${hsmId} is not signed`);
  const answersNonce = nonceAt !== undefined && nonceAt < verifier.signed;
  if (nonce !== undefined && !answersNonce)
    throw new CliError(
      `the log of ${hsmId} does not answer the nonce: it is of another export, or was cut. It is complete only up to record ${verifier.signed - 1}, signed at ${new Date(signedAt).toISOString()}`,
    );
  return {
    hsmId,
    serialNumber,
    records: verifier.length,
    signedRecords: verifier.signed,
    signedAt,
    answersNonce,
  };
}

type HsmIdentityLine = AuditIdentity & { readonly format: string };
type EntryLine = AuditEntry & { readonly hsmId: string };

function parse(line: string, number: number): HsmIdentityLine | EntryLine {
  try {
    // Wrong members are detected later, by the hashes that cover them.
    const value = JSON.parse(line) as HsmIdentityLine | EntryLine | null;
    if (value !== null && typeof value === 'object' && typeof value.hsmId === 'string')
      return value;
  } catch {
    // Reported below.
  }
  throw new CliError(`line ${number} is not an audit record`);
}

function beginLog(identity: HsmIdentityLine, trust: AuditTrust): OneLog {
  if (identity.format !== AUDIT_FORMAT)
    throw new CliError(`the log of ${identity.hsmId} has the unknown format "${identity.format}"`);
  const publicKey = readSigningKey(identity.publicKey);
  if (!publicKey) throw new CliError(`the public key in the log of ${identity.hsmId} is malformed`);
  const { manufacturerHardwareCertificate: certificate = '' } = identity;
  const genuine =
    'publicKey' in trust
      ? readSigningKey(trust.publicKey)?.equals(publicKey) === true
      : isSignedBy(certificate, trust.manufacturerRoot) && certifies(certificate, publicKey);
  if (!genuine)
    throw new CliError(
      `the key of ${identity.hsmId} is not trusted; check --manufacturer-root or --public-key`,
    );
  const { hsmId, serialNumber } = identity;
  const certified = 'manufacturerRoot' in trust;
  if (certified && !hasSubject(certificate, `CN=HSM:${serialNumber}`))
    throw new CliError(`the hardware of ${hsmId} is not certified as ${serialNumber}`);
  return {
    hsmId,
    serialNumber: certified ? serialNumber : undefined,
    verifier: new LogVerifier(publicKey),
    time: 0,
    signedAt: 0,
    nonceAt: undefined,
  };
}

function continueLog(
  log: OneLog | undefined,
  record: EntryLine,
  number: number,
  nonce: string | undefined,
): void {
  if (!log) throw new CliError(`line ${number}: the log of ${record.hsmId} has no identity header`);
  if (!Object.keys(record).every((member) => MEMBERS.has(member)))
    throw new CliError(`line ${number} is not as the HSM exported it`);
  const { sequence, hash, opcode, detail = '', hsmId } = record;
  const checkpoint =
    opcode === CHECKPOINT ? { purpose: checkpointPurpose(hsmId), signature: detail } : undefined;
  const fault = log.verifier.take({ sequence, fields: auditFields(record), hash, checkpoint });
  if (fault)
    throw new CliError(
      `record ${sequence} of ${hsmId} on line ${number} is invalid: ${faults[fault]}`,
    );
  // The signature is over the records before it. Its own record is signed by the next one.
  if (checkpoint) log.signedAt = log.time;
  log.time = record.time;
  if (opcode === AUDIT_NONCE && nonce !== undefined && detail === nonce) log.nonceAt = sequence;
}

import { AuditPolicy } from '../audit-policy.ts';
import type { Hsm } from '../hsm.ts';
import type { Session } from '../users/index.ts';
import { AUDIT_NONCE, type CommandInput, type CommandOutput } from '../wire/index.ts';
import { ADMIN, ADMIN_OR_AUDITOR, entryOf, type CommandsOf } from './command.ts';
import { fields, flag, integer, matching, nothing, optional } from './input.ts';

const MAX_PAGE = 1_000;
const nonceText = matching(/^[A-Za-z0-9_-]{16,64}$/);

export const auditCommands: CommandsOf<
  'readAudit' | 'checkpointAudit' | 'getAuditPolicy' | 'setAuditPolicy'
> = {
  readAudit: {
    by: ADMIN_OR_AUDITOR,
    input: fields({ from: integer(0, Number.MAX_SAFE_INTEGER), limit: integer(1, MAX_PAGE) }),
    run: ({ audit, failedLogins }, _session, { from, limit }) => {
      failedLogins.flush();
      return audit.read(from, limit);
    },
  },
  checkpointAudit: {
    by: ADMIN_OR_AUDITOR,
    input: fields<CommandInput<'checkpointAudit'>>({ nonce: optional(nonceText) }),
    run: checkpointAudit,
  },
  getAuditPolicy: {
    by: ADMIN_OR_AUDITOR,
    input: nothing,
    run: ({ auditPolicy }) => ({ cryptography: auditPolicy.cryptography }),
  },
  setAuditPolicy: {
    by: ADMIN,
    opcode: 'KH_SET_AUDIT_POLICY',
    input: fields<CommandInput<'setAuditPolicy'>>({ cryptography: flag }),
    run: setAuditPolicy,
  },
};

function checkpointAudit(
  { audit, failedLogins, identity }: Hsm,
  session: Session,
  { nonce }: CommandInput<'checkpointAudit'>,
): CommandOutput<'checkpointAudit'> {
  failedLogins.flush();
  if (nonce !== undefined) audit.note(entryOf(session, AUDIT_NONCE, { detail: nonce }));
  audit.checkpoint();
  const {
    hsmId,
    clusterId,
    serialNumber,
    manufacturerHardwareCertificate,
    awsHardwareCertificate,
  } = identity.state;
  return {
    identity: {
      hsmId,
      clusterId,
      serialNumber,
      publicKey: identity.hardwareKeys.publicKey.export({ type: 'spki', format: 'pem' }),
      ...(manufacturerHardwareCertificate !== undefined && { manufacturerHardwareCertificate }),
      ...(awsHardwareCertificate !== undefined && { awsHardwareCertificate }),
    },
  };
}

async function setAuditPolicy(
  hsm: Hsm,
  session: Session,
  { cryptography }: CommandInput<'setAuditPolicy'>,
): Promise<Readonly<Record<string, never>>> {
  const detail = `cryptography ${cryptography ? 'recorded' : 'not recorded'}`;
  await hsm.replicate(
    [AuditPolicy.put(cryptography)],
    entryOf(session, 'KH_SET_AUDIT_POLICY', { detail }),
  );
  return {};
}

import { ADMIN_OR_AUDITOR, type CommandsOf } from './command.ts';
import { fields, integer } from './input.ts';

const MAX_PAGE = 1_000;

export const auditCommands: CommandsOf<'readAudit'> = {
  readAudit: {
    by: ADMIN_OR_AUDITOR,
    input: fields({ from: integer(0, Number.MAX_SAFE_INTEGER), limit: integer(1, MAX_PAGE) }),
    run: ({ audit }, _session, { from, limit }) => audit.read(from, limit),
  },
};

import type { CommandName } from '../wire/index.ts';
import { agreementCommands } from './agreement.ts';
import { auditCommands } from './audit.ts';
import { backupCommands } from './backups.ts';
import { clusterCommands } from './cluster.ts';
import type { CommandsOf } from './command.ts';
import { encryptionCommands } from './encryption.ts';
import { importCommands } from './import.ts';
import { memberCommands } from './members.ts';
import { keyCommands } from './keys.ts';
import { loginCommands } from './login.ts';
import { quorumCommands } from './quorum.ts';
import { recoveryCommands } from './recovery.ts';
import { revocationCommands } from './revocation.ts';
import { sharingCommands } from './sharing.ts';
import { signingCommands } from './signing.ts';
import { userCommands } from './users.ts';
import { wrappingCommands } from './wrapping.ts';

/** All commands of the wire. Each family has its own file. */
export const commandTable = {
  ...clusterCommands,
  ...loginCommands,
  ...memberCommands,
  ...userCommands,
  ...revocationCommands,
  ...quorumCommands,
  ...keyCommands,
  ...importCommands,
  ...sharingCommands,
  ...encryptionCommands,
  ...signingCommands,
  ...agreementCommands,
  ...wrappingCommands,
  ...auditCommands,
  ...backupCommands,
  ...recoveryCommands,
} satisfies CommandsOf<CommandName>;

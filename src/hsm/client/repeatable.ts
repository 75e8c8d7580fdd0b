import { HsmError, type CommandInput, type CommandName, type HsmErrorCode } from '../wire/index.ts';
import { HsmUnreachableError } from './contract.ts';

/** Commands that can safely be executed twice: those that read, and those that compute. */
const repeatable = {
  hello: true,
  info: true,
  describeHardware: true,
  login: false,
  logout: false,
  activate: false,
  listMembers: true,
  admitHsm: false,
  removeHsm: false,
  listUsers: true,
  createUser: false,
  deleteUser: false,
  changePassword: false,
  // Repeated, it would end sessions that began in the meantime.
  logoutUser: false,
  disableUser: false,
  enableUser: false,
  listQuorumValues: true,
  setQuorumValue: false,
  registerQuorumKey: false,
  removeQuorumKey: false,
  generateQuorumToken: true,
  listQuorumTokens: true,
  deleteQuorumTokens: true,
  generateKey: false,
  // A duplicate pair of session keys ends with its session. Token keys would stay.
  generateKeyPair: (input: CommandInput<'generateKeyPair'>) =>
    input.privateTemplate.token === false,
  exportPublicKey: true,
  findKeys: true,
  setAttribute: false,
  destroyKey: false,
  shareKey: true,
  unshareKey: true,
  encrypt: true,
  decrypt: true,
  reencrypt: true,
  encryptRandom: true,
  encryptRandomPair: true,
  sign: true,
  verify: true,
  mac: true,
  verifyMac: true,
  deriveSecret: true,
  encapsulate: true,
  decapsulate: true,
  generateWrappedKey: true,
  rewrapKey: true,
  wrapKey: true,
  // A duplicate session key ends with its session. A token key would stay.
  unwrapKey: (input: CommandInput<'unwrapKey'>) => input.template.token === false,
  importPublicKey: (input: CommandInput<'importPublicKey'>) => input.template.token === false,
  random: true,
  readAudit: true,
  checkpointAudit: true,
  getAuditPolicy: true,
  setAuditPolicy: true,
  exportBackup: false,
  readBackup: false,
  writeBackup: false,
  checkBackup: false,
  restoreBackup: false,
  generateRestoreToken: true,
  describeRecovery: true,
  // The first result may hold the only shares.
  reissueRecovery: false,
} satisfies { [C in CommandName]: boolean | ((input: CommandInput<C>) => boolean) };

export function isRepeatable<C extends CommandName>(command: C, input: CommandInput<C>): boolean {
  // Each entry is checked against its own command above. The compiler cannot follow that through an
  // index.
  const rule = repeatable[command] as boolean | ((input: CommandInput<C>) => boolean);
  return typeof rule === 'function' ? rule(input) : rule;
}

/** Rejections before anything was executed. */
const refusedUndone: ReadonlySet<HsmErrorCode> = new Set<HsmErrorCode>([
  'busy',
  'disk-failure',
  'not-logged-in',
]);

/**
 * Returns whether the same command may be sent to another HSM after `error`. Includes
 * `key-not-found`: a new key may not have arrived at the HSM yet, and a session key exists in one
 * HSM only.
 */
export function canRetryElsewhere<C extends CommandName>(
  error: unknown,
  command: C,
  input: CommandInput<C>,
): boolean {
  if (error instanceof HsmUnreachableError) return !error.maybeDone || isRepeatable(command, input);
  if (!(error instanceof HsmError)) return false;
  return (
    refusedUndone.has(error.code) ||
    (error.code === 'key-not-found' && isRepeatable(command, input))
  );
}

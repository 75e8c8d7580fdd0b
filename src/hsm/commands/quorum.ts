import { readSigningKey, sha256, verifySha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import {
  approvalDataOf,
  approvers,
  Quorum,
  TOKEN_LIFETIME_MS,
  type Token,
} from '../quorum/index.ts';
import { Users, type Session, type User } from '../users/index.ts';
import {
  HsmError,
  MAX_QUORUM_VALUE,
  quorumServices,
  tokenServices,
  type CommandInput,
  type CommandOutput,
  type QuorumService,
  type QuorumTokenInfo,
} from '../wire/index.ts';
import { approval, checkBound, spendRegistration } from './approve.ts';
import { ADMIN, ADMIN_OR_CRYPTO_USER, entryOf, type CommandsOf } from './command.ts';
import {
  bytes,
  fields,
  integer,
  keyHandle,
  nothing,
  oneOf,
  optional,
  refuse,
  text,
} from './input.ts';
import { keyRegistration, keyRemoval } from './change-of-approvers.ts';

type Empty = Readonly<Record<string, never>>;
type Names =
  | 'listQuorumValues'
  | 'setQuorumValue'
  | 'registerQuorumKey'
  | 'removeQuorumKey'
  | 'generateQuorumToken'
  | 'listQuorumTokens'
  | 'deleteQuorumTokens';

const MAX_PEM_LENGTH = 4_096;

/** Quorum values, keys and tokens. */
export const quorumCommands: CommandsOf<Names> = {
  listQuorumValues: {
    by: 'anyone',
    during: ['active'],
    input: nothing,
    run: ({ quorum }) => ({ values: quorum.values() }),
  },
  setQuorumValue: {
    by: ADMIN,
    opcode: 'CN_SET_M_VALUE',
    // Changing a service's value needs as many approvals as the service itself, regardless of the
    // `quorum` service's value.
    quorum: ({ quorum }, _session, { service, approval }) => {
      return {
        service: 'quorum',
        required: Math.max(quorum.value('quorum'), quorum.value(service)),
        approval,
      };
    },
    input: fields<CommandInput<'setQuorumValue'>>({
      service: oneOf(...quorumServices),
      value: integer(1, MAX_QUORUM_VALUE),
      approval,
    }),
    run: setQuorumValue,
  },
  registerQuorumKey: {
    by: ADMIN_OR_CRYPTO_USER,
    opcode: 'KH_REGISTER_QUORUM_KEY',
    quorum: (hsm, { role }, { approval }) => keyRegistration(hsm, role, approval),
    input: fields<CommandInput<'registerQuorumKey'>>({
      publicKey: text(MAX_PEM_LENGTH),
      approvalData: bytes,
      signature: bytes,
      approval,
    }),
    run: registerQuorumKey,
  },
  removeQuorumKey: {
    by: ADMIN,
    opcode: 'KH_REMOVE_QUORUM_KEY',
    quorum: (hsm, _session, { username, approval }) =>
      keyRemoval(hsm, hsm.users.find(username)?.role ?? 'admin', approval),
    input: fields<CommandInput<'removeQuorumKey'>>({ username: text(64), approval }),
    run: removeQuorumKey,
  },
  generateQuorumToken: {
    by: ADMIN_OR_CRYPTO_USER,
    opcode: 'CN_GET_TOKEN',
    input: fields<CommandInput<'generateQuorumToken'>>({
      service: oneOf(...tokenServices),
      keyHandle: optional(keyHandle),
      operation: optional(digest),
    }),
    run: generateQuorumToken,
  },
  listQuorumTokens: {
    by: ADMIN_OR_CRYPTO_USER,
    input: nothing,
    run: (hsm) => ({ tokens: liveTokens(hsm).map((token) => describe(hsm, token)) }),
  },
  deleteQuorumTokens: {
    by: ADMIN_OR_CRYPTO_USER,
    opcode: 'CN_DELETE_TOKEN',
    input: fields<CommandInput<'deleteQuorumTokens'>>({ scope: oneOf('user', 'all') }),
    run: deleteQuorumTokens,
  },
};

/** A SHA-256. */
function digest(value: unknown): Uint8Array {
  const given = bytes(value);
  return given.length === 32 ? given : refuse();
}

async function setQuorumValue(
  hsm: Hsm,
  session: Session,
  { service, value }: CommandInput<'setQuorumValue'>,
): Promise<Empty> {
  // Otherwise nothing could be approved any more, not even a lower value, which approvers of
  // `quorum` approve.
  for (const approved of [service, 'quorum'] as const) {
    const able = approvers(hsm.users.list(), approved).length;
    if (value > 1 && able < value) {
      throw new HsmError(
        'invalid-argument',
        `quorum value ${value} is too high: only ${able} approvers of ${approved} have registered a key`,
      );
    }
  }
  await hsm.replicate(
    [Quorum.put(service, value)],
    entryOf(session, 'CN_SET_M_VALUE', { detail: `${service}: ${value}` }),
  );
  return {};
}

async function registerQuorumKey(
  hsm: Hsm,
  session: Session,
  { publicKey, approvalData, signature }: CommandInput<'registerQuorumKey'>,
): Promise<Empty> {
  const user = hsm.users.find(session.username);
  if (!user) throw new HsmError('user-not-found', `there is no user ${session.username}`);
  const key = readSigningKey(publicKey);
  if (!key)
    throw new HsmError(
      'invalid-argument',
      'the public key is not the PEM of an RSA-2048 or EC P-256 public key',
    );
  if (!verifySha256(key, approvalData, signature)) {
    throw new HsmError('quorum-failed', 'Invalid username-signature pair for quorum authorization');
  }
  await spendRegistration(hsm, session, approvalData);
  // Read again: the user may have changed while the token was spent at another HSM.
  const current = hsm.users.find(session.username);
  if (!current) throw new HsmError('user-not-found', `there is no user ${session.username}`);
  await hsm.replicate(
    [Users.put({ ...current, quorumKey: publicKey })],
    entryOf(session, 'KH_REGISTER_QUORUM_KEY'),
  );
  return {};
}

async function removeQuorumKey(
  hsm: Hsm,
  session: Session,
  { username }: CommandInput<'removeQuorumKey'>,
): Promise<Empty> {
  const user = hsm.users.find(username);
  if (!user) throw new HsmError('user-not-found', `there is no user ${username.toLowerCase()}`);
  keepApprovers(hsm, user.username);
  const { quorumKey: _removed, ...rest } = user;
  await hsm.replicate(
    [Users.put(rest)],
    entryOf(session, 'KH_REMOVE_QUORUM_KEY', { detail: user.username }),
  );
  return {};
}

/** Throws `HsmError` if the remaining users could not reach a quorum. */
export function keepApprovers(hsm: Hsm, username: string): void {
  const all = hsm.users.list();
  const rest = all.filter((user) => user.username !== username);
  const able = (users: readonly User[], service: QuorumService): number =>
    // Approvers of `quorum` approve a lower value.
    Math.min(approvers(users, service).length, approvers(users, 'quorum').length);
  for (const service of quorumServices) {
    const value = hsm.quorum.value(service);
    if (value > 1 && able(rest, service) < value && able(all, service) >= value) {
      throw new HsmError(
        'not-permitted',
        `the quorum of ${service} needs ${username} as an approver; lower its quorum value first`,
      );
    }
  }
}

async function generateQuorumToken(
  hsm: Hsm,
  session: Session,
  { service, keyHandle, operation }: CommandInput<'generateQuorumToken'>,
): Promise<CommandOutput<'generateQuorumToken'>> {
  if (service !== 'registration') checkBound(hsm, { keyHandle, operation });
  if ((service === 'key-deletion') !== (keyHandle !== undefined)) {
    throw new HsmError(
      'invalid-argument',
      'a key handle is required for key-deletion, and for no other service',
    );
  }
  if (keyHandle !== undefined) hsm.keys.owned(keyHandle, session);
  const { username } = session;
  const createdAt = hsm.clock.now();
  const maker = hsm.replica.writer;
  const approvalData = approvalDataOf({
    service,
    username,
    createdAt,
    keyHandle,
    operation,
    maker,
  });
  const token = {
    service,
    username,
    approvalData,
    createdAt,
    maker,
    ...(keyHandle !== undefined && { keyHandle }),
    ...(operation && { operation }),
  };
  await hsm.replicate(
    [Quorum.putToken(token)],
    entryOf(session, 'CN_GET_TOKEN', { detail: service }),
  );
  return { approvalData, token: sha256(approvalData), expiresAt: createdAt + TOKEN_LIFETIME_MS };
}

async function deleteQuorumTokens(
  hsm: Hsm,
  session: Session,
  { scope }: CommandInput<'deleteQuorumTokens'>,
): Promise<CommandOutput<'deleteQuorumTokens'>> {
  if (scope === 'all' && session.role !== 'admin')
    throw new HsmError('not-permitted', "only an admin may delete others' tokens");
  const tokens = hsm.quorum
    .tokens()
    .filter(({ username }) => scope === 'all' || username === session.username);
  await hsm.replicate(
    tokens.map((token) => Quorum.removeToken(token)),
    entryOf(session, 'CN_DELETE_TOKEN', { detail: `${tokens.length}` }),
  );
  return { deleted: tokens.length };
}

function liveTokens(hsm: Hsm): Token[] {
  return hsm.quorum.tokens().filter((token) => isLive(hsm, token));
}

function isLive({ clock }: Hsm, { createdAt }: Token): boolean {
  return clock.now() <= createdAt + TOKEN_LIFETIME_MS;
}

function describe(
  { quorum }: Hsm,
  { service, username, createdAt, keyHandle, operation }: Token,
): QuorumTokenInfo {
  const approvalsRequired = service === 'registration' ? 1 : quorum.value(service);
  return {
    service,
    username,
    approvalsRequired,
    createdAt,
    expiresAt: createdAt + TOKEN_LIFETIME_MS,
    ...(keyHandle !== undefined && { keyHandle }),
    ...(operation && { operation: Buffer.from(operation).toString('hex') }),
  };
}

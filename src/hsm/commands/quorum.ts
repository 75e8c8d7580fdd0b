import { equalBytes, readSigningKey, sha256, verifySha256 } from '../../crypto/index.ts';
import type { Hsm } from '../hsm.ts';
import {
  approvalDataOf,
  approvers,
  Quorum,
  TOKEN_LIFETIME_MS,
  type Token,
} from '../quorum/index.ts';
import { Users, type Session } from '../users/index.ts';
import {
  HsmError,
  MAX_QUORUM_VALUE,
  quorumServices,
  tokenServices,
  type CommandInput,
  type CommandOutput,
  type QuorumTokenInfo,
} from '../wire/index.ts';
import { approval } from './approve.ts';
import { ADMIN, ADMIN_OR_CRYPTO_USER, entryOf, type CommandsOf } from './command.ts';
import { bytes, fields, integer, keyHandle, nothing, oneOf, optional, text } from './input.ts';

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
    input: fields<CommandInput<'registerQuorumKey'>>({
      publicKey: text(MAX_PEM_LENGTH),
      approvalData: bytes,
      signature: bytes,
    }),
    run: registerQuorumKey,
  },
  removeQuorumKey: {
    by: ADMIN,
    opcode: 'KH_REMOVE_QUORUM_KEY',
    quorum: (_hsm, _session, { approval }) => ({ service: 'user', approval }),
    input: fields<CommandInput<'removeQuorumKey'>>({ username: text(64), approval }),
    run: removeQuorumKey,
  },
  generateQuorumToken: {
    by: ADMIN_OR_CRYPTO_USER,
    opcode: 'CN_GET_TOKEN',
    input: fields<CommandInput<'generateQuorumToken'>>({
      service: oneOf(...tokenServices),
      keyHandle: optional(keyHandle),
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

async function setQuorumValue(
  hsm: Hsm,
  session: Session,
  { service, value }: CommandInput<'setQuorumValue'>,
): Promise<Empty> {
  const able = approvers(hsm.users.list(), service).length;
  // Otherwise nothing could be approved any more, not even a lower value.
  if (value > 1 && able < value) {
    throw new HsmError(
      'invalid-argument',
      `quorum value ${value} is too high: only ${able} approvers of ${service} have registered a key`,
    );
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
  const token = hsm.quorum.token(session.username, 'registration');
  if (!user || !token || !isLive(hsm, token) || !equalBytes(token.approvalData, approvalData)) {
    throw new HsmError(
      'quorum-failed',
      'Quorum Failed: the token is unknown, expired, used before, or for something else',
    );
  }
  const key = readSigningKey(publicKey);
  if (!key)
    throw new HsmError(
      'invalid-argument',
      'the public key is not the PEM of an RSA-2048 or EC P-256 public key',
    );
  if (!verifySha256(key, approvalData, signature)) {
    throw new HsmError('quorum-failed', 'Invalid username-signature pair for quorum authorization');
  }
  const changes = [Users.put({ ...user, quorumKey: publicKey }), Quorum.removeToken(token)];
  await hsm.replicate(changes, entryOf(session, 'KH_REGISTER_QUORUM_KEY'));
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
  const rest = hsm.users.list().filter((user) => user.username !== username);
  for (const service of quorumServices) {
    const value = hsm.quorum.value(service);
    if (
      value > 1 &&
      approvers(rest, service).length < value &&
      approvers(hsm.users.list(), service).length >= value
    ) {
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
  { service, keyHandle }: CommandInput<'generateQuorumToken'>,
): Promise<CommandOutput<'generateQuorumToken'>> {
  if ((service === 'key-deletion') !== (keyHandle !== undefined)) {
    throw new HsmError(
      'invalid-argument',
      'a key handle is required for key-deletion, and for no other service',
    );
  }
  if (keyHandle !== undefined) hsm.keys.owned(keyHandle, session);
  const { username } = session;
  const createdAt = hsm.clock.now();
  const approvalData = approvalDataOf({ service, username, createdAt, keyHandle });
  const token = {
    service,
    username,
    approvalData,
    createdAt,
    ...(keyHandle !== undefined && { keyHandle }),
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
  { service, username, createdAt, keyHandle }: Token,
): QuorumTokenInfo {
  const approvalsRequired = service === 'registration' ? 1 : quorum.value(service);
  return {
    service,
    username,
    approvalsRequired,
    createdAt,
    expiresAt: createdAt + TOKEN_LIFETIME_MS,
    ...(keyHandle !== undefined && { keyHandle }),
  };
}

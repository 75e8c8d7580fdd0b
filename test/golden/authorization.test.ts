/**
 * The authorisation matrix: the outcome of each operation for each caller, with and without a
 * grant, by key state, from both accounts. The file is meant for review. After an intended change,
 * write it with `KEYHOLD_GOLDEN=write node --test test/golden/`.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { startWorld, type World } from '../support/world.ts';
import { attempts, stateful, type Subject } from './operations.ts';
import { makeCallers, OTHER, OWN, user, type Caller } from './principals.ts';

const FILE = new URL('authorization.txt', import.meta.url);
const STATES = ['Enabled', 'Disabled', 'PendingDeletion'] as const;
type State = (typeof STATES)[number];

const statement = (principal: unknown): object => ({
  Effect: 'Allow',
  Principal: principal,
  Action: 'kms:*',
  Resource: '*',
});
const named = { AWS: [user('named'), user('denied'), `arn:aws:iam::${OWN}:role/operator`] };

/**
 * Key policies, by what they allow: their statements, the key states to test, and the caller who
 * can change the state.
 */
const policies: Readonly<
  Record<
    string,
    {
      readonly keeper: string;
      readonly states: readonly State[];
      readonly statements: readonly object[];
    }
  >
> = {
  'the account (as by default)': {
    keeper: 'admin',
    states: ['Enabled'],
    statements: [statement({ AWS: OWN })],
  },
  'users and a role by name': {
    keeper: 'named',
    states: ['Enabled'],
    statements: [statement(named)],
  },
  'the account, users, a role, and the other account': {
    keeper: 'admin',
    states: STATES,
    statements: [statement({ AWS: OWN }), statement(named), statement({ AWS: OTHER })],
  },
};

/** Abbreviations of the reasons in AccessDeniedException messages. */
const causes: readonly [RegExp, string][] = [
  [/does not exist in this Region|refers to a customer master key/, 'hidden'],
  [/because no identity-based policy/, 'no id'],
  [/because no resource-based policy/, 'no key'],
  [/because no permissions boundary/, 'no bnd'],
  [/because no session policy/, 'no ses'],
  [/explicit deny in an identity-based/, 'deny id'],
];

const LEGEND = `yes       done, or refused for other reasons than authorisation
state     authorised; the key's state does not allow it
no id     no identity policy allows it           no key    no key policy or grant allows it
no bnd    no permissions boundary allows it      no ses    no session policy allows it
deny id   an identity policy denies it           hidden    as if there were no such key`;

function cellOf(error: unknown): string {
  assert.ok(error instanceof Error);
  if (error.name === 'DisabledException' || error.name === 'KMSInvalidStateException')
    return 'state';
  if (error.name !== 'AccessDeniedException') return 'yes';
  const [, cause] = causes.find(([pattern]) => pattern.test(error.message)) ?? [];
  assert.ok(cause, error.message);
  return cause;
}

let world: World;
let callers: readonly Caller[];
before(async () => {
  world = await startWorld();
  callers = await makeCallers(world);
});
after(async () => {
  for (const { clients } of callers) clients[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
});

interface Setting {
  readonly statements: readonly object[];
  readonly granted: boolean;
  readonly alias: string;
}

/**
 * Creates a key with an alias, a ciphertext and grants. Sets its policy last, because it may lock
 * the administrator out.
 */
async function makeSubject({ statements, granted, alias }: Setting): Promise<Subject> {
  const { kms } = world;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.Arn ?? '';
  const grantTo = (GranteePrincipal: string) =>
    kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal,
        Operations: ['Encrypt', 'Decrypt', 'DescribeKey', 'RetireGrant'],
      }),
    );
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyId }));
  const { CiphertextBlob: blob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }),
  );
  const { GrantToken: grantToken = '' } = await grantTo(granted ? user('grantee') : user('nobody'));
  if (granted) for (const name of ['admin', 'poor']) await grantTo(user(name, OTHER));
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await kms.send(
    new PutKeyPolicyCommand({ KeyId, Policy: policy, BypassPolicyLockoutSafetyCheck: true }),
  );
  return { arn: KeyId, blob, grantToken, policy, alias };
}

async function bringTo(state: State, KeyId: string, kms: KMSClient): Promise<void> {
  await kms.send(new CancelKeyDeletionCommand({ KeyId })).catch(() => undefined);
  if (state === 'Enabled') await kms.send(new EnableKeyCommand({ KeyId }));
  if (state === 'Disabled') await kms.send(new DisableKeyCommand({ KeyId }));
  if (state === 'PendingDeletion') await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
}

async function section(subject: Subject, state: State, keeper: KMSClient): Promise<string[]> {
  await bringTo(state, subject.arn, keeper);
  const lines: string[] = [];
  for (const [operation, attempt] of Object.entries(attempts)) {
    const cell = async ({ clients }: Caller): Promise<string> => {
      const outcome = await attempt(clients.kms, subject).then(() => 'yes', cellOf);
      if (outcome === 'yes' && stateful.has(operation)) await bringTo(state, subject.arn, keeper);
      return outcome;
    };
    lines.push(
      row(
        operation,
        stateful.has(operation) ? await oneByOne(cell) : await Promise.all(callers.map(cell)),
      ),
    );
  }
  return lines;
}

async function oneByOne(cell: (caller: Caller) => Promise<string>): Promise<string[]> {
  const cells: string[] = [];
  for (const caller of callers) cells.push(await cell(caller));
  return cells;
}

function row(first: string, cells: readonly string[]): string {
  return [first.padEnd(21), ...cells.map((cell) => cell.padEnd(8))].join(' ').trimEnd();
}

async function matrix(): Promise<string> {
  const legend = callers.map(({ column, meaning }) => `${column.padEnd(9)} ${meaning}`);
  const parts = [`Who may do what to a KMS key.\n\n${legend.join('\n')}\n\n${LEGEND}\n`];
  for (const [what, { keeper, states, statements }] of Object.entries(policies)) {
    const { kms } = callers.find(({ column }) => column === keeper)?.clients ?? world;
    for (const granted of [false, true]) {
      const subject = await makeSubject({
        statements,
        granted,
        alias: `alias/matrix-${parts.length}`,
      });
      for (const state of states) {
        const title = `Key policy allows ${what}; ${granted ? 'grants to grantee and other' : 'no grant to them'}; key is ${state}`;
        const columns = row(
          '',
          callers.map(({ column }) => column),
        );
        parts.push([title, columns, ...(await section(subject, state, kms))].join('\n') + '\n');
      }
    }
  }
  return parts.join('\n');
}

describe('the authorisation matrix', () => {
  it('matches authorization.txt', async () => {
    const text = await matrix();
    if (process.env['KEYHOLD_GOLDEN'] === 'write') writeFileSync(FILE, text);
    assert.equal(text, readFileSync(FILE, 'utf8'));
  });
});

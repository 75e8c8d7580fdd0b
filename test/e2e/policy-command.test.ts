/** `keyhold policy` on an installation with principals, policies and grants. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { policyCommand, type CliIo } from '../../src/cli/index.ts';
import { keyhold, type Outcome } from '../support/keyhold-cli.ts';
import { administrator, newUser, policy, type Clients } from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

const ACCOUNT = '111122223333';
const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;

let world: World;
let admin: Clients;
let keyArn: string;
let grantId: string;

before(async () => {
  world = await startWorld();
  admin = administrator(world);
  await newUser(world, admin.iam, 'ana');
  await newUser(world, admin.iam, 'bob');
  await newUser(world, admin.iam, 'eve', {
    Action: 'kms:Encrypt',
    Resource: '*',
    Condition: { StringEquals: { 'kms:EncryptionContext:App': 'a' } },
  });
  const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } });
  await admin.iam.send(
    new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: trust }),
  );
  const usesKeys = policy({
    Sid: 'UseKeys',
    Action: ['kms:Encrypt', 'kms:Decrypt'],
    Resource: '*',
  });
  await admin.iam.send(
    new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'keys', PolicyDocument: usesKeys }),
  );
  const { KeyMetadata } = await admin.kms.send(new CreateKeyCommand({}));
  keyArn = KeyMetadata?.Arn ?? '';
  await admin.kms.send(
    new CreateAliasCommand({ AliasName: 'alias/explained', TargetKeyId: keyArn }),
  );
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'the account',
        Effect: 'Allow',
        Principal: { AWS: ACCOUNT },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Sid: 'ana signs off',
        Effect: 'Allow',
        Principal: { AWS: user('ana') },
        Action: 'kms:Encrypt',
        Resource: '*',
      },
      {
        Sid: 'nobody deletes',
        Effect: 'Deny',
        Principal: '*',
        Action: 'kms:ScheduleKeyDeletion',
        Resource: '*',
      },
      {
        Sid: 'partners',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::444455556666:root' },
        Action: 'kms:Decrypt',
        Resource: '*',
      },
    ],
  });
  await admin.kms.send(new PutKeyPolicyCommand({ KeyId: keyArn, Policy }));
  const grant = { KeyId: keyArn, GranteePrincipal: user('bob'), Operations: ['Decrypt' as const] };
  const Constraints = { EncryptionContextEquals: { App: 'a' } };
  grantId = (await admin.kms.send(new CreateGrantCommand({ ...grant, Constraints }))).GrantId ?? '';
});
after(async () => {
  admin[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
});

/** Runs the command in this process, because a process per command would take a second each. */
async function run(...args: string[]): Promise<Outcome> {
  let [stdout, stderr, code] = ['', '', 0];
  const io: CliIo = {
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    askSecret: undefined,
    lines: () => assert.fail('no input is requested'),
    setExitCode: (given) => (code = given),
  };
  await policyCommand(world.environment(), io).parseAsync(args, { from: 'user' });
  return { code, stdout, stderr };
}
const explain = (principal: string, action: string, ...more: string[]): Promise<Outcome> =>
  run('explain', '--principal', principal, '--action', action, ...more);

describe('keyhold policy explain', () => {
  it('shows the statement that allows', async () => {
    const { stdout, code } = await explain(user('ana'), 'Encrypt', '--key', 'alias/explained');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^ALLOWED: User: .*:user\/ana is authorized to perform: kms:Encrypt on resource: arn:aws:kms:/,
    );
    assert.match(
      stdout,
      /by a statement of a resource policy:\n {2}\{\n {4}"Sid": "ana signs off",/,
    );
  });

  it('shows each policy that is needed', async () => {
    const { stdout } = await explain(
      `arn:aws:iam::${ACCOUNT}:role/worker`,
      'kms:decrypt',
      '--key',
      keyArn,
    );
    assert.match(stdout, /^ALLOWED/);
    assert.match(stdout, /resource policy:[^]*"the account"[^]*identity policy:[^]*"UseKeys"/);
  });

  it('shows the error that the caller would get, and the statement that denies', async () => {
    const { stdout, code } = await explain(
      user('admin'),
      'kms:ScheduleKeyDeletion',
      '--key',
      keyArn,
    );
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^DENIED: User: .* with an explicit deny in a resource-based policy\n\nby a statement of a resource policy:[^]*"nobody deletes"/,
    );
    const { stdout: none } = await explain(user('ana'), 'kms:Decrypt', '--key', keyArn);
    assert.match(none, /because no identity-based policy allows the kms:Decrypt action/);
  });

  it('uses the given context, and lists missing context keys', async () => {
    const { stdout: without } = await explain(user('eve'), 'Encrypt', '--key', keyArn);
    assert.match(
      without,
      /^DENIED[^]*Policies also depend on values that are unknown: kms:encryptioncontext:app\./,
    );
    const { stdout } = await explain(
      user('eve'),
      'Encrypt',
      '--key',
      keyArn,
      '--context',
      'kms:EncryptionContext:App=a',
    );
    assert.match(stdout, /^ALLOWED/);
  });

  it('considers grants and their constraints', async () => {
    assert.match((await explain(user('bob'), 'Decrypt', '--key', keyArn)).stdout, /^DENIED/);
    const { stdout } = await explain(
      user('bob'),
      'Decrypt',
      '--key',
      keyArn,
      '--context',
      'kms:EncryptionContext:App=a',
    );
    assert.match(stdout, new RegExp(`^ALLOWED[^]*by grant ${grantId}`));
  });

  it('explains actions without a key, including CloudHSM’s', async () => {
    assert.match((await explain(user('admin'), 'kms:CreateKey')).stdout, /^ALLOWED/);
    const cluster = `arn:aws:cloudhsm:us-east-1:${ACCOUNT}:cluster/cluster-abcdefghijk`;
    assert.match(
      (await explain(user('ana'), 'cloudhsm:DeleteCluster', '--resource', cluster)).stdout,
      /no identity-based policy allows/,
    );
  });

  it('reports unknown principals and actions, and prints JSON', async () => {
    assert.match(
      (await explain(user('zoe'), 'Encrypt', '--key', keyArn)).stderr,
      /NotFoundException: There is no principal/,
    );
    assert.match(
      (await explain('arn:aws:iam::444455556666:user/x', 'Encrypt')).stderr,
      /NotFoundException/,
    );
    assert.match(
      (await explain(user('ana'), 'Encipher', '--key', keyArn)).stderr,
      /ValidationException: There is no action kms:Encipher/,
    );
    const asked = [
      'explain',
      '--principal',
      user('ana'),
      '--action',
      'Encrypt',
      '--key',
      keyArn,
      '--json',
    ];
    const { stdout } = await keyhold(['policy', ...asked], world.environment());
    assert.equal((JSON.parse(stdout) as { Decision: string }).Decision, 'ALLOWED');
  });
});

describe('keyhold policy who-can', () => {
  it('lists principals that can use the key, with the reason and any conditions', async () => {
    const { stdout } = await run(
      'who-can',
      'alias/explained',
      '--action',
      'Encrypt',
      '--action',
      'Decrypt',
    );
    const line = (start: string): string =>
      stdout.split('\n').find((one) => one.startsWith(start)) ?? '';
    assert.ok(stdout.startsWith(`${keyArn}\nPRINCIPAL`));
    assert.match(
      line(user('admin')),
      /Encrypt Decrypt +resource policy "the account", identity policy$/,
    );
    assert.match(line(user('ana')), /Encrypt +resource policy "ana signs off"$/);
    assert.match(
      line(user('bob')),
      new RegExp(`Decrypt +conditions +grant ${grantId.slice(0, 12)}`),
    );
    assert.match(
      line(user('eve')),
      /Encrypt +conditions +resource policy "the account", identity policy$/,
    );
    assert.match(
      line(`arn:aws:iam::${ACCOUNT}:role/worker`),
      /Encrypt Decrypt +resource policy "the account", identity policy "UseKeys"$/,
    );
    assert.match(
      line('arn:aws:iam::444455556666:root'),
      /Decrypt +resource policy "partners", identity policy$/,
    );
    assert.match(
      stdout,
      /principals of other accounts also need permission from the policies of their account\n$/,
    );
  });

  it('lists principals that can administer the key, over several pages', async () => {
    for (let at = 0; at < 50; at += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, one) =>
          newUser(world, admin.iam, `u${at + one}`).then((made) => made[Symbol.dispose]()),
        ),
      );
    }
    const { stdout } = await run('who-can', keyArn, '--administer', '--json');
    const { Principals } = JSON.parse(stdout) as {
      Principals: { PrincipalArn: string; Actions: { Action: string }[] }[];
    };
    assert.deepEqual(
      Principals.map(({ PrincipalArn }) => PrincipalArn),
      [user('admin')],
    );
    const actions = Principals[0]?.Actions.map(({ Action }) => Action) ?? [];
    assert.ok(actions.includes('kms:PutKeyPolicy') && !actions.includes('kms:ScheduleKeyDeletion'));
  });

  it('is denied to callers without permission', async () => {
    const ana = await newUser(world, admin.iam, 'curious');
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } =
      await ana.kms.config.credentials();
    const { stderr } = await keyhold(['policy', 'who-can', keyArn], {
      ...world.environment(),
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
    });
    assert.match(stderr, /AccessDeniedException: .*keyhold:ListKeyAccess/);
    ana[Symbol.dispose]();
  });
});

describe('keyhold policy lint', () => {
  const lint = (document: unknown, ...more: string[]): Promise<Outcome> => {
    const file = join(world.folder, 'policy.json');
    writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
    return run('lint', file, ...more);
  };
  const allow = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'kms:*', Resource: '*' };
  const of = (...Statement: object[]): object => ({ Version: '2012-10-17', Statement });

  it('reports nothing for a good policy', async () => {
    assert.deepEqual(await lint(of(allow)), { code: 0, stdout: 'no findings\n', stderr: '' });
  });

  it('reports errors with exit code 1, by kind of policy', async () => {
    const { code, stdout } = await lint(of({ ...allow, Effect: 'allow' }));
    assert.deepEqual([code, stdout], [1, 'error: Effect must be Allow or Deny.\n']);
    assert.equal(
      (await lint(of({ ...allow, Principal: undefined }), '--kind', 'identity')).code,
      0,
    );
    assert.equal((await lint(of(allow), '--kind', 'identity')).code, 1);
  });

  it('warns about statements that are valid but probably mistaken', async () => {
    const { code, stdout } = await lint(
      of(
        allow,
        { ...allow, Principal: '*' },
        { ...allow, Action: 'kms:Encypt' },
        {
          ...allow,
          Condition: {
            StringEquals: { 'kms:EncryptionContextKeys': 'a', 'aws:Nonsense': 'b' },
            NumericEquals: { 'kms:RotationPeriodInDays': 'x' },
          },
        },
        { Effect: 'Allow', Principal: { Service: 'logs.amazonaws.com' }, Action: 'kms:*' },
      ),
    );
    assert.equal(code, 0);
    const expected = [
      'warning: statement 2: Principal * without a condition allows everyone',
      'warning: statement 3: Unknown action "kms:Encypt".',
      'warning: statement 4: kms:EncryptionContextKeys can have several values',
      'warning: statement 4: No request has the condition key aws:Nonsense.',
      'warning: statement 4: NumericEquals cannot compare with "x"',
      'note: statement 5: No AWS service calls Keyhold',
      'warning: statement 5: The statement has no Resource: it has no effect.',
    ];
    const lines = stdout.trim().split('\n');
    assert.equal(lines.length, expected.length, stdout);
    for (const [at, text] of expected.entries())
      assert.ok(lines[at]?.startsWith(text), `${lines[at]} / ${text}`);
  });

  it('warns about a key policy that leaves nobody in control', async () => {
    const { stdout } = await lint(
      of({ ...allow, Principal: { AWS: user('ana') }, Action: 'kms:Encrypt' }),
    );
    assert.match(
      stdout,
      /note: No statement names an account[^]*warning: No statement allows kms:PutKeyPolicy/,
    );
  });
});

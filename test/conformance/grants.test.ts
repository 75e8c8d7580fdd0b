/** Grants with the AWS SDK: permissions, constraints, creation, listing and retirement. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  ListGrantsCommand,
  ListRetirableGrantsCommand,
  PutKeyPolicyCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  type CreateGrantRequest,
  type GrantConstraints,
  type GrantOperation,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import {
  administrator,
  clientsFor,
  fromSts,
  newUser,
  policy,
  type Clients,
} from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

const ACCOUNT = '111122223333';
const arnOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const Plaintext = Buffer.from('secret');

let world: World;
let admin: Clients;
let ana: Clients;
let bob: Clients;
const open: Clients[] = [];

before(async () => {
  world = await startWorld(['--quota', 'grantsPerKey=12']);
  admin = administrator(world);
  ana = await newUser(world, admin.iam, 'ana');
  bob = await newUser(world, admin.iam, 'bob');
  open.push(admin, ana, bob);
});
after(async () => {
  for (const clients of open) clients[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
});

async function newKey(): Promise<string> {
  const { KeyMetadata } = await admin.kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? '';
}

interface Made {
  readonly GrantId: string;
  readonly GrantToken: string;
}

async function grant(
  by: KMSClient,
  KeyId: string,
  Operations: GrantOperation[],
  more: Partial<CreateGrantRequest> = {},
): Promise<Made> {
  const { GrantId = '', GrantToken = '' } = await by.send(
    new CreateGrantCommand({ KeyId, GranteePrincipal: arnOf('ana'), Operations, ...more }),
  );
  return { GrantId, GrantToken };
}

const encrypt = (by: KMSClient, KeyId: string, EncryptionContext?: Record<string, string>) =>
  by.send(
    new EncryptCommand({ KeyId, Plaintext, ...(EncryptionContext && { EncryptionContext }) }),
  );

const denied = { name: 'AccessDeniedException' };

describe('a grant', () => {
  it('allows only its grantee only its operations, immediately', async () => {
    const KeyId = await newKey();
    await assert.rejects(encrypt(ana.kms, KeyId), denied);
    const { GrantId, GrantToken } = await grant(admin.kms, KeyId, ['Encrypt', 'DescribeKey']);
    assert.match(GrantId, /^[0-9a-f]{64}$/);
    assert.ok(GrantToken.length > 0 && GrantToken.length <= 8_192);
    await encrypt(ana.kms, KeyId);
    await ana.kms.send(new DescribeKeyCommand({ KeyId, GrantTokens: [GrantToken] }));
    await assert.rejects(
      ana.kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
      denied,
    );
    await assert.rejects(encrypt(bob.kms, KeyId), denied);
    await assert.rejects(encrypt(ana.kms, await newKey()), denied);
  });

  it('for Decrypt does not allow Encrypt', async () => {
    const KeyId = await newKey();
    await grant(admin.kms, KeyId, ['Decrypt'], {
      Constraints: { EncryptionContextSubset: { App: 'a' } },
    });
    const { CiphertextBlob } = await encrypt(admin.kms, KeyId, { App: 'a' });
    await ana.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { App: 'a' } }));
    await assert.rejects(encrypt(ana.kms, KeyId, { App: 'a' }), denied);
  });

  it('does not override an explicit deny', async () => {
    const KeyId = await newKey();
    await grant(admin.kms, KeyId, ['Encrypt']);
    const root = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'kms:*', Resource: '*' };
    const deny = {
      Effect: 'Deny',
      Principal: { AWS: arnOf('ana') },
      Action: 'kms:Encrypt',
      Resource: '*',
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [root, deny] });
    await admin.kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    await assert.rejects(encrypt(ana.kms, KeyId), /explicit deny in a resource-based policy/);
  });

  it('to a role applies to its sessions, within their session policies', async () => {
    const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: ACCOUNT } });
    const { Role } = await admin.iam.send(
      new CreateRoleCommand({
        RoleName: 'worker',
        Path: '/team/',
        AssumeRolePolicyDocument: trust,
      }),
    );
    const { Credentials } = await admin.sts.send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'one' }),
    );
    using worker = clientsFor(world, fromSts(Credentials));
    const KeyId = await newKey();
    await assert.rejects(encrypt(worker.kms, KeyId), denied);
    await grant(admin.kms, KeyId, ['Encrypt'], { GranteePrincipal: Role?.Arn });
    await encrypt(worker.kms, KeyId);
    const narrow = await admin.sts.send(
      new AssumeRoleCommand({
        RoleArn: Role?.Arn,
        RoleSessionName: 'two',
        Policy: policy({ Action: 'kms:Decrypt', Resource: '*' }),
      }),
    );
    using limited = clientsFor(world, fromSts(narrow.Credentials));
    await assert.rejects(
      encrypt(limited.kms, KeyId),
      /because no session policy allows the kms:Encrypt action$/,
    );
  });

  it('to an account does not replace identity policies', async () => {
    const KeyId = await newKey();
    await grant(admin.kms, KeyId, ['Encrypt'], {
      GranteePrincipal: `arn:aws:iam::${ACCOUNT}:root`,
    });
    await assert.rejects(encrypt(ana.kms, KeyId), /because no identity-based policy allows/);
  });

  it('does not apply to a user that is recreated under the same name', async () => {
    const KeyId = await newKey();
    const first = await newUser(world, admin.iam, 'eve');
    await grant(admin.kms, KeyId, ['Encrypt'], { GranteePrincipal: arnOf('eve') });
    await encrypt(first.kms, KeyId);
    const { AccessKeyMetadata } = await admin.iam.send(
      new ListAccessKeysCommand({ UserName: 'eve' }),
    );
    await admin.iam.send(
      new DeleteAccessKeyCommand({
        UserName: 'eve',
        AccessKeyId: AccessKeyMetadata?.[0]?.AccessKeyId,
      }),
    );
    await admin.iam.send(new DeleteUserCommand({ UserName: 'eve' }));
    const second = await newUser(world, admin.iam, 'eve');
    open.push(first, second);
    await assert.rejects(encrypt(second.kms, KeyId), denied);
  });
});

describe('the constraints of a grant', () => {
  type Context = Record<string, string>;
  const cases: readonly [GrantConstraints, Context | undefined, boolean][] = [
    [{ EncryptionContextEquals: { App: 'a', Stage: 'b' } }, { App: 'a', Stage: 'b' }, true],
    [{ EncryptionContextEquals: { App: 'a', Stage: 'b' } }, { stage: 'b', APP: 'a' }, true],
    [{ EncryptionContextEquals: { App: 'a' } }, { App: 'A' }, false],
    [{ EncryptionContextEquals: { App: 'a' } }, { App: 'a', Stage: 'b' }, false],
    [{ EncryptionContextEquals: { App: 'a' } }, undefined, false],
    [{ EncryptionContextSubset: { App: 'a' } }, { App: 'a', Stage: 'b' }, true],
    [{ EncryptionContextSubset: { App: 'a', Stage: 'b' } }, { App: 'a' }, false],
    [{ EncryptionContextSubset: { App: 'a' } }, undefined, false],
  ];
  for (const [Constraints, context, allowed] of cases) {
    it(`${JSON.stringify(Constraints)} ${allowed ? 'allow' : 'deny'} the context ${JSON.stringify(context)}`, async () => {
      const KeyId = await newKey();
      await grant(admin.kms, KeyId, ['Encrypt', 'DescribeKey'], { Constraints });
      if (allowed) await encrypt(ana.kms, KeyId, context);
      else await assert.rejects(encrypt(ana.kms, KeyId, context), denied);
      await ana.kms.send(new DescribeKeyCommand({ KeyId }));
    });
  }
});

describe('CreateGrant', () => {
  const create = (input: Partial<CreateGrantRequest> & { KeyId: string }) =>
    admin.kms.send(
      new CreateGrantCommand({ GranteePrincipal: arnOf('ana'), Operations: ['Encrypt'], ...input }),
    );

  it('returns the same grant with a new token for the same name and terms, and a new grant otherwise', async () => {
    const KeyId = await newKey();
    const first = await grant(admin.kms, KeyId, ['Encrypt', 'Decrypt'], { Name: 'app' });
    const again = await grant(admin.kms, KeyId, ['Decrypt', 'Encrypt'], { Name: 'app' });
    assert.equal(again.GrantId, first.GrantId);
    assert.notEqual(again.GrantToken, first.GrantToken);
    assert.notEqual(
      (await grant(admin.kms, KeyId, ['Encrypt'], { Name: 'app' })).GrantId,
      first.GrantId,
    );
    assert.notEqual(
      (await grant(admin.kms, KeyId, ['Encrypt'])).GrantId,
      (await grant(admin.kms, KeyId, ['Encrypt'])).GrantId,
    );
    assert.notEqual(
      (await grant(admin.kms, await newKey(), ['Encrypt', 'Decrypt'], { Name: 'app' })).GrantId,
      first.GrantId,
    );
  });

  it('rejects an alias', async () => {
    const KeyId = await newKey();
    await admin.kms.send(
      new CreateAliasCommand({ AliasName: 'alias/granted', TargetKeyId: KeyId }),
    );
    await assert.rejects(create({ KeyId: 'alias/granted' }), {
      name: 'InvalidArnException',
      message: 'Key Aliases are not supported for this operation.',
    });
  });

  it('rejects unknown principals, unsupported operations and oversized constraints', async () => {
    const KeyId = await newKey();
    await assert.rejects(create({ KeyId, GranteePrincipal: arnOf('nobody') }), {
      name: 'InvalidArnException',
    });
    await assert.rejects(
      create({ KeyId, GranteePrincipal: `arn:aws:iam::${ACCOUNT}:group/admins` }),
      { name: 'InvalidArnException' },
    );
    await assert.rejects(create({ KeyId, RetiringPrincipal: arnOf('nobody') }), {
      name: 'InvalidArnException',
    });
    await assert.rejects(create({ KeyId, Operations: ['Sign'] }), { name: 'ValidationException' });
    const nine = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`k${at}`, 'v']));
    await assert.rejects(create({ KeyId, Constraints: { EncryptionContextSubset: nine } }), {
      name: 'ValidationException',
    });
    const long = { k: 'v'.repeat(385) };
    await assert.rejects(create({ KeyId, Constraints: { EncryptionContextEquals: long } }), {
      name: 'ValidationException',
    });
  });

  it('rejects constraints on keys without encryption context', async () => {
    const { KeyMetadata } = await admin.kms.send(
      new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
    );
    const KeyId = KeyMetadata?.KeyId ?? '';
    const Constraints = { EncryptionContextEquals: { a: 'b' } };
    await assert.rejects(create({ KeyId, Operations: ['GenerateMac'], Constraints }), {
      name: 'ValidationException',
    });
    await create({ KeyId, Operations: ['GenerateMac'] });
  });

  it('creates no grant in a dry run or on a disabled key', async () => {
    const KeyId = await newKey();
    await assert.rejects(create({ KeyId, DryRun: true }), { name: 'DryRunOperationException' });
    await admin.kms.send(new DisableKeyCommand({ KeyId }));
    await assert.rejects(create({ KeyId }), { name: 'DisabledException' });
    assert.deepEqual((await admin.kms.send(new ListGrantsCommand({ KeyId }))).Grants, []);
  });

  it('stops at the quota of grants per key, and continues after one is revoked', async () => {
    const KeyId = await newKey();
    const made = await Promise.all(
      Array.from({ length: 12 }, () => grant(admin.kms, KeyId, ['Encrypt'])),
    );
    await assert.rejects(create({ KeyId }), { name: 'LimitExceededException' });
    await admin.kms.send(new RevokeGrantCommand({ KeyId, GrantId: made[0]?.GrantId }));
    await create({ KeyId });
    await assert.rejects(create({ KeyId }), { name: 'LimitExceededException' });
  });

  it('rejects callers without permission, and invalid grant tokens', async () => {
    const KeyId = await newKey();
    await assert.rejects(grant(ana.kms, KeyId, ['Encrypt']), denied);
    await assert.rejects(create({ KeyId, GrantTokens: ['bm9uZQ'] }), {
      name: 'InvalidGrantTokenException',
    });
  });
});

describe('CreateGrant through a grant', () => {
  const toBob = { GranteePrincipal: arnOf('bob') };
  type Terms = readonly [GrantOperation[], GrantConstraints | undefined];
  const parent: Terms = [
    ['CreateGrant', 'Encrypt', 'Decrypt'],
    { EncryptionContextSubset: { App: 'a' } },
  ];
  const cases: readonly [string, Terms, boolean][] = [
    ['the same', [['Encrypt', 'Decrypt'], { EncryptionContextSubset: { App: 'a' } }], true],
    [
      'fewer operations and more constraints',
      [['Encrypt'], { EncryptionContextSubset: { App: 'a', Stage: 'b' } }],
      true,
    ],
    [
      'an Equals constraint in place of a Subset constraint',
      [['Encrypt'], { EncryptionContextEquals: { App: 'a', Stage: 'b' } }],
      true,
    ],
    [
      'another operation',
      [['Encrypt', 'GenerateDataKey'], { EncryptionContextSubset: { App: 'a' } }],
      false,
    ],
    ['no constraint', [['Encrypt'], undefined], false],
    ['another constraint', [['Encrypt'], { EncryptionContextSubset: { App: 'b' } }], false],
  ];
  for (const [what, [operations, Constraints], allowed] of cases) {
    it(`${allowed ? 'allows' : 'denies'} ${what}`, async () => {
      const KeyId = await newKey();
      await grant(admin.kms, KeyId, parent[0], { Constraints: parent[1] });
      const made = grant(ana.kms, KeyId, operations, { ...toBob, Constraints });
      if (!allowed) return assert.rejects(made, denied);
      await made;
      await encrypt(bob.kms, KeyId, { App: 'a', Stage: 'b' });
    });
  }

  it('requires the same Equals constraint', async () => {
    const KeyId = await newKey();
    const equal = { EncryptionContextEquals: { App: 'a' } };
    await grant(admin.kms, KeyId, ['CreateGrant', 'Encrypt'], { Constraints: equal });
    await assert.rejects(
      grant(ana.kms, KeyId, ['Encrypt'], {
        ...toBob,
        Constraints: { EncryptionContextSubset: { App: 'a' } },
      }),
      denied,
    );
    await grant(ana.kms, KeyId, ['Encrypt'], { ...toBob, Constraints: equal });
  });
});

describe('ListGrants and ListRetirableGrants', () => {
  it('return every member of a grant except its token, in pages, by grantee and by ID', async () => {
    const KeyId = await newKey();
    const Constraints = { EncryptionContextEquals: { App: 'a' } };
    const { GrantId } = await grant(admin.kms, KeyId, ['Encrypt'], {
      Name: 'n',
      Constraints,
      RetiringPrincipal: arnOf('bob'),
    });
    for (const name of ['ana', 'bob', 'bob'])
      await grant(admin.kms, KeyId, ['Decrypt'], { GranteePrincipal: arnOf(name) });
    const list = async (more: object): Promise<string[]> => {
      const { Grants = [] } = await admin.kms.send(new ListGrantsCommand({ KeyId, ...more }));
      return Grants.map((one) => one.GrantId ?? '');
    };
    const { Grants: [shown] = [] } = await admin.kms.send(
      new ListGrantsCommand({ KeyId, GrantId }),
    );
    const { CreationDate, ...rest } = shown ?? {};
    assert.ok(CreationDate instanceof Date);
    assert.deepEqual(rest, {
      KeyId: `arn:aws:kms:us-east-1:${ACCOUNT}:key/${KeyId}`,
      GrantId,
      Name: 'n',
      GranteePrincipal: arnOf('ana'),
      RetiringPrincipal: arnOf('bob'),
      IssuingAccount: `arn:aws:iam::${ACCOUNT}:root`,
      Operations: ['Encrypt'],
      Constraints,
    });
    assert.equal((await list({ GranteePrincipal: arnOf('bob') })).length, 2);
    const {
      Grants: first = [],
      NextMarker,
      Truncated,
    } = await admin.kms.send(new ListGrantsCommand({ KeyId, Limit: 3 }));
    assert.deepEqual([first.length, Truncated], [3, true]);
    const all = [...first.map((one) => one.GrantId ?? ''), ...(await list({ Marker: NextMarker }))];
    assert.deepEqual(all.toSorted(), (await list({})).toSorted());
    assert.equal(new Set(all).size, 4);
  });

  it('return the grants that a principal can retire, on all keys', async () => {
    const keys = [await newKey(), await newKey()];
    for (const KeyId of keys)
      await grant(admin.kms, KeyId, ['Encrypt'], { RetiringPrincipal: arnOf('ana') });
    const { Grants = [] } = await admin.kms.send(
      new ListRetirableGrantsCommand({ RetiringPrincipal: arnOf('ana') }),
    );
    assert.deepEqual(
      Grants.map(({ KeyId = '' }) => KeyId.split('/')[1] ?? '').toSorted(),
      keys.toSorted(),
    );
    await assert.rejects(
      admin.kms.send(
        new ListRetirableGrantsCommand({ RetiringPrincipal: 'arn:aws:iam::444455556666:user/x' }),
      ),
      {
        name: 'InvalidArnException',
      },
    );
    await assert.rejects(
      ana.kms.send(new ListRetirableGrantsCommand({ RetiringPrincipal: arnOf('ana') })),
      denied,
    );
  });
});

describe('RevokeGrant and RetireGrant', () => {
  it('RevokeGrant ends a grant immediately', async () => {
    const KeyId = await newKey();
    const first = await grant(admin.kms, KeyId, ['Encrypt']);
    await encrypt(ana.kms, KeyId);
    await admin.kms.send(new RevokeGrantCommand({ KeyId, GrantId: first.GrantId }));
    await assert.rejects(encrypt(ana.kms, KeyId), denied);
    await assert.rejects(
      admin.kms.send(new RevokeGrantCommand({ KeyId, GrantId: first.GrantId })),
      { name: 'NotFoundException' },
    );
    await assert.rejects(admin.kms.send(new RevokeGrantCommand({ KeyId, GrantId: 'x' })), {
      name: 'InvalidGrantIdException',
    });
    await assert.rejects(
      ana.kms.send(new DescribeKeyCommand({ KeyId, GrantTokens: [first.GrantToken] })),
      {
        name: 'InvalidGrantTokenException',
      },
    );
  });

  it('RetireGrant is allowed to the retiring principal, by token or by key and ID', async () => {
    const KeyId = await newKey();
    const terms = { RetiringPrincipal: arnOf('bob') };
    const [one, two] = [
      await grant(admin.kms, KeyId, ['Encrypt'], terms),
      await grant(admin.kms, KeyId, ['Encrypt'], terms),
    ];
    await assert.rejects(
      ana.kms.send(new RetireGrantCommand({ GrantToken: one.GrantToken })),
      denied,
    );
    await assert.rejects(
      bob.kms.send(new RetireGrantCommand({ GrantToken: one.GrantToken, DryRun: true })),
      {
        name: 'DryRunOperationException',
      },
    );
    await bob.kms.send(new RetireGrantCommand({ GrantToken: one.GrantToken }));
    await bob.kms.send(new RetireGrantCommand({ KeyId, GrantId: two.GrantId }));
    await assert.rejects(encrypt(ana.kms, KeyId), denied);
    await assert.rejects(bob.kms.send(new RetireGrantCommand({ GrantToken: one.GrantToken })), {
      name: 'InvalidGrantTokenException',
    });
    await assert.rejects(bob.kms.send(new RetireGrantCommand({ KeyId })), {
      name: 'ValidationException',
    });
  });

  it('RetireGrant is allowed to the grantee with that operation, and to the account’s administrator', async () => {
    const KeyId = await newKey();
    const returnable = await grant(admin.kms, KeyId, ['Encrypt', 'RetireGrant']);
    await ana.kms.send(new RetireGrantCommand({ GrantToken: returnable.GrantToken }));
    const kept = await grant(admin.kms, KeyId, ['Encrypt']);
    await admin.kms.send(new RetireGrantCommand({ GrantToken: kept.GrantToken }));
  });
});

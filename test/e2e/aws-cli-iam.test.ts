/** The AWS CLI against IAM and STS: what it sends and understands is not quite what the SDK for JavaScript does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startIdentityProvider } from '../support/identity-provider.ts';
import { run } from '../support/keyhold-cli.ts';
import { policy } from '../support/principals.ts';
import { startWorld, type World } from '../support/world.ts';

const missing = spawnSync('aws', ['--version'], { stdio: 'ignore' }).status !== 0 && 'needs the AWS CLI';

describe('with the AWS CLI', { skip: missing }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  async function aws(command: string, args: readonly string[] = [], env = world.environment()): Promise<string> {
    const { code, stdout, stderr } = await run('aws', [...command.split(' '), ...args], { ...env, AWS_PAGER: '' });
    assert.equal(code, 0, `aws ${command}: ${stderr}`);
    return stdout.trim();
  }

  it('a user is made, allowed and seen', async () => {
    await aws('iam create-user --user-name ann --path /eng/ --tags Key=team,Value=keys');
    const document = policy({ Action: 'kms:*', Resource: '*' });
    const arn = await aws('iam create-policy --policy-name keys --query Policy.Arn --output text', ['--policy-document', document]);
    await aws(`iam attach-user-policy --user-name ann --policy-arn ${arn}`);
    assert.equal(await aws('iam list-attached-user-policies --user-name ann --query AttachedPolicies[].PolicyName --output text'), 'keys');
    const query = ['--query', 'AccessKey.[AccessKeyId,SecretAccessKey]', '--output', 'text'];
    const [id = '', secret = ''] = (await aws('iam create-access-key --user-name ann', query)).split(/\s+/);
    const ann = { ...world.environment(), AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    assert.match(await aws('kms create-key --query KeyMetadata.Arn --output text', [], ann), /^arn:aws:kms:us-east-1:111122223333:key\//);
    // A policy comes back as JSON, not as the text that IAM encodes.
    const shown = await aws('iam get-policy-version --version-id v1 --query PolicyVersion.Document.Statement[0].Action --output text', [
      '--policy-arn',
      arn,
    ]);
    assert.equal(shown, 'kms:*');
    assert.match(await aws('iam get-account-summary --query SummaryMap.Users --output text'), /^\d+$/);
  });

  it('a role is assumed, by a profile and by hand', async () => {
    const trust = policy({ Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } });
    const arn = await aws('iam create-role --role-name ops --query Role.Arn --output text', ['--assume-role-policy-document', trust]);
    await aws('iam put-role-policy --role-name ops --policy-name p', [
      '--policy-document',
      policy({ Action: 'kms:ListKeys', Resource: '*' }),
    ]);
    const query = ['--query', 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]', '--output', 'text'];
    const [id = '', secret = '', token = ''] = (await aws(`sts assume-role --role-arn ${arn} --role-session-name me`, query)).split(/\s+/);
    const session = { ...world.environment(), AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token };
    assert.match(await aws('sts get-caller-identity --query Arn --output text', [], session), /assumed-role\/ops\/me$/);

    const config = join(world.folder, 'config');
    writeFileSync(config, `[profile ops]\nrole_arn = ${arn}\nsource_profile = default\nregion = us-east-1\n`);
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...env } = world.environment();
    const profile = { ...env, AWS_CONFIG_FILE: config, AWS_PROFILE: 'ops' };
    assert.match(await aws('sts get-caller-identity --query Arn --output text', [], profile), /assumed-role\/ops\//);
  });

  it('a workload exchanges its token as on Kubernetes', async () => {
    await using provider = await startIdentityProvider();
    await aws(`iam create-open-id-connect-provider --url ${provider.issuer} --client-id-list sts.amazonaws.com`);
    const trust = policy({
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${provider.url}` },
    });
    const arn = await aws('iam create-role --role-name pod --query Role.Arn --output text', ['--assume-role-policy-document', trust]);
    const tokenFile = join(world.folder, 'token');
    writeFileSync(tokenFile, await provider.token({ sub: 'system:serviceaccount:apps:vault' }));
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, AWS_SHARED_CREDENTIALS_FILE: _file, ...env } = world.environment();
    const pod = { ...env, AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_SESSION_NAME: 'vault-0' };
    assert.match(await aws('sts get-caller-identity --query Arn --output text', [], pod), /assumed-role\/pod\/vault-0$/);
  });
});

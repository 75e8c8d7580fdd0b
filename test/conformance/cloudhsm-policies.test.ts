/** Policies for the CloudHSM API: its own actions, resources and tags. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CloudHSMV2Client,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  ListTagsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudhsm-v2';
import { administrator, newUser, type Clients } from '../support/principals.ts';
import { subnetIds } from '../support/own-cluster.ts';
import { startWorld, type World } from '../support/world.ts';

const ACCOUNT = '111122223333';
const denied = { name: 'CloudHsmAccessDeniedException' };

let world: World;
let admin: Clients;
let blue: string;
let red: string;
const open: Disposable[] = [];

async function asUser(name: string, statement: object): Promise<CloudHSMV2Client> {
  const clients = await newUser(world, admin.iam, name, statement);
  const { endpoint } = world.server;
  const client = new CloudHSMV2Client({
    region: world.region,
    endpoint,
    credentials: clients.kms.config.credentials,
    maxAttempts: 1,
  });
  open.push(clients, { [Symbol.dispose]: () => client.destroy() });
  return client;
}

async function newCluster(team: string): Promise<string> {
  const SubnetIds = await subnetIds(world);
  const TagList = [{ Key: 'Team', Value: team }];
  const { Cluster } = await world.cloudhsm.send(
    new CreateClusterCommand({ HsmType: 'hsm2m.medium', SubnetIds, TagList, Mode: 'FIPS' }),
  );
  return Cluster?.ClusterId ?? '';
}

before(async () => {
  world = await startWorld();
  admin = administrator(world);
  open.push(admin);
  [blue, red] = [await newCluster('blue'), await newCluster('red')];
});
after(async () => {
  for (const one of open) one[Symbol.dispose]();
  await world[Symbol.asyncDispose]();
});

describe('policies on CloudHSM', () => {
  it('allow actions on single clusters', async () => {
    const arn = `arn:aws:cloudhsm:us-east-1:${ACCOUNT}:cluster/${blue}`;
    const user = await asUser('one-cluster', { Action: 'cloudhsm:ListTags', Resource: arn });
    await user.send(new ListTagsCommand({ ResourceId: blue }));
    await assert.rejects(user.send(new ListTagsCommand({ ResourceId: red })), {
      ...denied,
      message: `User: arn:aws:iam::${ACCOUNT}:user/one-cluster is not authorized to perform: cloudhsm:ListTags on resource: arn:aws:cloudhsm:us-east-1:${ACCOUNT}:cluster/${red} because no identity-based policy allows the cloudhsm:ListTags action`,
    });
    await assert.rejects(user.send(new DescribeClustersCommand({})), denied);
  });

  it('can test the tags of a cluster', async () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/Team': 'blue' } };
    const user = await asUser('by-tag', { Action: 'cloudhsm:*', Resource: '*', Condition });
    await user.send(new ListTagsCommand({ ResourceId: blue }));
    await assert.rejects(user.send(new DeleteClusterCommand({ ClusterId: red })), denied);
  });

  it('can test the tags of a request', async () => {
    const Condition = {
      StringEquals: { 'aws:RequestTag/Cost': '42' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['Cost'] },
    };
    const user = await asUser('tagger', {
      Action: 'cloudhsm:TagResource',
      Resource: '*',
      Condition,
    });
    const tag = (...TagList: { Key: string; Value: string }[]) =>
      user.send(new TagResourceCommand({ ResourceId: blue, TagList }));
    await tag({ Key: 'Cost', Value: '42' });
    await assert.rejects(tag({ Key: 'Cost', Value: '43' }), denied);
    await assert.rejects(tag({ Key: 'Cost', Value: '42' }, { Key: 'Team', Value: 'red' }), denied);
  });

  it('cannot test condition keys of KMS', async () => {
    const Condition = { StringEquals: { 'kms:CallerAccount': ACCOUNT } };
    const user = await asUser('wrong-key', {
      Action: 'cloudhsm:DescribeClusters',
      Resource: '*',
      Condition,
    });
    await assert.rejects(user.send(new DescribeClustersCommand({})), denied);
  });
});

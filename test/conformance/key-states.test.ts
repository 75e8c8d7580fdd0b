/**
 * Every operation on a key, in every key state that a client can cause. Updating is too short for
 * that. It is covered, with all other states, by src/operations/pipeline/key-states.test.ts.
 */
import { after, before, describe, it } from 'node:test';
import {
  DescribeKeyCommand,
  DisableKeyCommand,
  DisconnectCustomKeyStoreCommand,
  ReplicateKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { ownCluster, ownKeyStore, untilStore } from '../support/own-cluster.ts';
import { until } from '../support/until.ts';
import { checkAudit } from './harness/conform.ts';
import { refuses, send } from './harness/send.ts';
import { openStage, type Stage } from './harness/stage.ts';
import { markTexts, stateRows, states } from './harness/state-rows.ts';
import type { ReachableState, Table } from './harness/table.ts';
import { tables } from './tables.ts';

/** A key in some state, with an input that was valid while the key was enabled. */
interface Prepared {
  readonly keyArn: string;
  readonly input: object;
}
const REPLICA_REGION = 'eu-west-1';

type Reach = (stage: Stage, table: Table) => Promise<Prepared>;

const keyed = tables.filter(({ key, except }) => key !== 'none' && except.states === undefined);

async function enabled(stage: Stage, table: Table, more: object = {}): Promise<Prepared> {
  const keyArn = await stage.newKey({ ...(table.key === 'none' ? {} : table.key), ...more });
  return { keyArn, input: await table.validInput(stage, keyArn) };
}

const reach: Record<Exclude<ReachableState, 'Unavailable' | 'Creating'>, Reach> = {
  async Disabled(stage, table) {
    const prepared = await enabled(stage, table);
    await stage.kms.send(new DisableKeyCommand({ KeyId: prepared.keyArn }));
    return prepared;
  },
  async PendingDeletion(stage, table) {
    const prepared = await enabled(stage, table);
    await stage.kms.send(new ScheduleKeyDeletionCommand({ KeyId: prepared.keyArn }));
    return prepared;
  },
  async PendingReplicaDeletion(stage, table) {
    const prepared = await enabled(stage, table, { MultiRegion: true });
    const KeyId = prepared.keyArn;
    await stage.kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: REPLICA_REGION }));
    await until(`${KeyId} is PendingReplicaDeletion`, async () => {
      await stage.kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
      const { KeyMetadata } = await stage.kms.send(new DescribeKeyCommand({ KeyId }));
      return KeyMetadata?.KeyState === 'PendingReplicaDeletion';
    });
    return prepared;
  },
  PendingImport: (stage, table) => enabled(stage, table, { Origin: 'EXTERNAL' }),
};

/**
 * Creates a replica that stays Creating for the `--settle-time`. Inputs use the key ID, which it
 * shares with its primary.
 */
async function creating(stage: Stage, table: Table): Promise<Prepared> {
  const primary = await stage.newKey({
    ...(table.key === 'none' ? {} : table.key),
    MultiRegion: true,
  });
  const input = await table.validInput(stage, primary.replace(/^.*\//, ''));
  await stage.kms.send(new ReplicateKeyCommand({ KeyId: primary, ReplicaRegion: REPLICA_REGION }));
  return { keyArn: primary.replace(stage.region, REPLICA_REGION), input };
}

function check(
  table: Table,
  state: ReachableState,
  prepare: () => Promise<Prepared>,
  stage: () => Stage,
): void {
  const row = stateRows[table.operation] ?? stateRows[`${table.operation} to`];
  const mark = row?.split(' ')[states.indexOf(state)] ?? '';
  it(`${table.operation} ${mark === 'ok' ? 'succeeds' : 'is rejected'} on a key in state ${state}`, async () => {
    const { keyArn, input } = await prepare();
    const client = state === 'Creating' ? stage().world.kmsIn(REPLICA_REGION) : stage().kms;
    const call = send(stage(), table, input, client);
    if (mark === 'ok') return void (await call);
    const [name = '', ...text] = (markTexts[mark] ?? '').split(' ');
    await refuses(call, { name, text: `${keyArn} ${text.join(' ')}` });
  });
}

describe('operations by key state', () => {
  let stage: Stage;
  const unavailable = new Map<Table, Prepared>();

  before(async () => {
    stage = await openStage();
    const cluster = await ownCluster(stage.world);
    const CustomKeyStoreId = await ownKeyStore(stage.world, cluster);
    for (const table of keyed.filter(inCustomStore)) {
      unavailable.set(
        table,
        await enabled(stage, table, { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId }),
      );
    }
    await stage.kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }));
    await untilStore(stage.world, CustomKeyStoreId, 'DISCONNECTED');
  });
  after(() => stage?.[Symbol.asyncDispose]());

  for (const table of keyed) {
    for (const [state, way] of Object.entries(reach)) {
      // The keys of `reach` are states.
      const reachable = state as keyof typeof reach;
      if (table.except[reachable] === undefined)
        check(
          table,
          reachable,
          () => way(stage, table),
          () => stage,
        );
    }
  }
  for (const table of keyed.filter(inCustomStore)) {
    check(
      table,
      'Unavailable',
      async () => unavailable.get(table) ?? { keyArn: '', input: {} },
      () => stage,
    );
  }

  it('leave an audit event of every call', () => checkAudit(stage));
});

describe('operations on a replica that is being created', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(['--settle-time', '1d']);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  for (const table of keyed.filter(inOtherRegions)) {
    check(
      table,
      'Creating',
      () => creating(stage, table),
      () => stage,
    );
  }
});

function inOtherRegions({ except }: Table): boolean {
  return except.PendingReplicaDeletion === undefined && except.Creating === undefined;
}

/**
 * Returns whether the table's key can be in a custom key store, which supports symmetric keys only.
 */
function inCustomStore({ key, except }: Table): boolean {
  return key !== 'none' && key.KeySpec === undefined && except.Unavailable === undefined;
}

/** Test fixture: one HSM in this process, with its folder, TLS port and control channel. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { silentLogger, type Clock } from '../../../src/base/index.ts';
import { ControlChannel } from '../../../src/cluster/control-channel.ts';
import { checkedStatus } from '../../../src/cluster/hsm-status.ts';
import type { HsmAddress } from '../../../src/hsm/client/index.ts';
import type { Engine } from '../../../src/hsm/engine/index.ts';
import { ControlService } from '../../../src/hsm/index.ts';
import type { HsmProvisioning, HsmRate, HsmStatus } from '../../../src/hsm/wire/index.ts';

export const CLUSTER_ID = 'cluster-aaaaaaaaaaa';

let engineFor: (() => Engine) | undefined;

/**
 * Sets the engine of every HSM that is started later in this process. Each HSM calls `create` once.
 */
export function useEngine(create: () => Engine): void {
  engineFor = create;
}

export interface WorldHsm {
  readonly address: HsmAddress;
  readonly folder: string;
  readonly control: ControlChannel;
  /** The status that the HSM pushed last, initially that of its provisioning. */
  readonly status: HsmStatus;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface HsmPlan {
  /** Position in the cluster. The HSM with index 0 generates the cluster's keys. */
  readonly index: number;
  readonly rate?: HsmRate | undefined;
}

/** Starts one HSM of a cluster in a folder under `root`. */
export async function startHsm(
  root: string,
  clock: Clock,
  { index, rate }: HsmPlan,
): Promise<WorldHsm> {
  const hsmId = `hsm-${'abcdefgh'.charAt(index).repeat(11)}`;
  const folder = join(root, hsmId);
  mkdirSync(folder, { mode: 0o700 });
  const provisioning = {
    hsmId,
    clusterId: CLUSTER_ID,
    folder,
    host: '127.0.0.1',
    port: 0,
    mode: 'FIPS',
    first: index === 0,
    clockOffset: 0,
    ...(rate && { rate }),
  } as const;
  let run = await begin(provisioning, clock);
  return {
    folder,
    get address() {
      return { hsmId, host: run.status.host, port: run.status.port };
    },
    get control() {
      return run.control;
    },
    get status() {
      return run.status;
    },
    async start() {
      run = await begin(provisioning, clock);
    },
    async stop() {
      run.control.close();
      await run.stopped;
    },
  };
}

interface Run {
  readonly control: ControlChannel;
  readonly stopped: Promise<void>;
  readonly status: HsmStatus;
}

async function begin(provisioning: HsmProvisioning, clock: Clock): Promise<Run> {
  const [ours, theirs] = duplexPair();
  const { stopped } = new ControlService({
    channel: theirs,
    secret: {},
    clock,
    log: silentLogger,
    ...(engineFor && { engine: engineFor() }),
  });
  let pushed: HsmStatus | undefined;
  const control = new ControlChannel(ours, (status) => (pushed = checkedStatus(status)));
  const initialStatus = await control.call('birth', provisioning);
  return {
    control,
    stopped,
    get status() {
      return pushed ?? initialStatus;
    },
  };
}

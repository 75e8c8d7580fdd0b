/** One random history of quorum tokens in a simulated cluster, and how often each was spent. */
import { decodeApprovalData } from '../../../src/hsm/wire/index.ts';
import { approvalDataOf, Quorum } from '../../../src/hsm/quorum/index.ts';
import { SimulatedCluster, type SimulatedHsm } from './simulation-world.ts';

const STEPS = 60;
const STEP_MS = 300;
const USERS = ['alice', 'bob'];

export interface Spendings {
  /** Number of times that each approval was accepted, in the order of the tokens. */
  readonly accepted: readonly number[];
  /** Number of times that an approval was shown to an HSM. */
  readonly shown: number;
}

/**
 * Plays the history of a seed: HSMs create tokens, and approvals are shown to any HSMs at any time
 * and repeatedly, while links are cut, messages are late and duplicated, and HSMs restart, also
 * from an earlier state of their disk.
 */
export async function playSpendings(seed: number): Promise<Spendings> {
  const cluster = new SimulatedCluster(seed);
  const { random, timeline } = cluster;
  cluster.duplicates = random() * 0.3;
  cluster.latency = 1 + random() * 300;
  const members = Array.from({ length: 3 }, () => cluster.add(true));
  const restart = (hsm: SimulatedHsm): void => {
    hsm.crash();
    hsm.start();
    cluster.tellPeers(members);
  };
  members.forEach(restart);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const approvals: Buffer[] = [];
  const accepted = new Map<Buffer, number>();
  let shown = 0;

  const create = (hsm: SimulatedHsm): void => {
    if (!hsm.run) return;
    const { replica, peers } = hsm.run;
    const maker = replica.writer;
    const username = pick(USERS) ?? '';
    const made = { service: 'user', username, createdAt: timeline.now, maker } as const;
    const approvalData = approvalDataOf(made);
    approvals.push(approvalData);
    void peers.replicate(replica.write([Quorum.putToken({ ...made, approvalData })]));
  };
  /** Does what `commands/approve.ts` does with a valid approval. */
  const show = async (hsm: SimulatedHsm, approvalData: Buffer): Promise<void> => {
    shown += 1;
    const { run } = hsm;
    const maker = decodeApprovalData(approvalData)?.maker ?? '';
    const [makerId = ''] = maker.split('.');
    const spending = { approvalData, username: '', role: 'admin', detail: '' } as const;
    const spent =
      maker === run?.replica.writer
        ? hsm.spend(approvalData)
        : await run?.peers.spendToken(makerId, spending);
    // A process that has crashed runs no command.
    if (spent === true && hsm.run === run)
      accepted.set(approvalData, (accepted.get(approvalData) ?? 0) + 1);
  };
  const faults: ((hsm: SimulatedHsm, other: SimulatedHsm) => void)[] = [
    restart,
    (hsm, other) => cluster.cut.add(`${hsm.hsmId}→${other.hsmId}`),
    (hsm, other) =>
      cluster.cut.add(`${hsm.hsmId}→${other.hsmId}`).add(`${other.hsmId}→${hsm.hsmId}`),
    () => cluster.cut.clear(),
    () => cluster.cut.clear(),
    (hsm) => {
      const snapshot = hsm.disk.copy();
      timeline.schedule(random() * 2_000, () => {
        hsm.crash();
        hsm.disk = snapshot;
        restart(hsm);
      });
    },
  ];
  for (let step = 0; step < STEPS; step += 1) {
    await timeline.runFor(Math.floor(random() * STEP_MS));
    const [hsm, other] = [pick(members), pick(members)];
    if (!hsm || !other) continue;
    const what = random();
    const approval = pick(approvals.slice(-3));
    if (what < 0.2 || !approval) create(hsm);
    else if (what < 0.8) for (const one of [hsm, other]) void show(one, approval);
    else pick(faults)?.(hsm, other);
  }
  cluster.cut.clear();
  for (const approval of approvals) for (const hsm of members) void show(hsm, approval);
  await timeline.runFor(6_000);
  return { accepted: approvals.map((approval) => accepted.get(approval) ?? 0), shown };
}

import type { Change, Replica } from '../replication/index.ts';
import type { JoinRequest } from '../wire/index.ts';

/** Approval of an HSM by the admins of a guarded cluster. */
export interface Approval {
  /** 64 hex digits. */
  readonly fingerprint: string;
  /** Username of the admin. */
  readonly admin: string;
}

const REQUEST = 'join-request';
const APPROVAL = 'admission';

/** HSMs that want to join a guarded cluster, and the admins' approvals, the same on all HSMs. */
export class Waiting {
  readonly #requests = new Map<string, JoinRequest>();
  readonly #approvals = new Map<string, Approval>();

  /** `changed` is called after every change. */
  constructor(replica: Replica, changed: () => void) {
    replica.subscribe('setting', ({ id, deleted, body }) => {
      const [name, hsmId = ''] = id.split('/');
      if (name === REQUEST) {
        if (deleted) this.#requests.delete(hsmId);
        else this.#requests.set(hsmId, { hsmId, ...(body as Omit<JoinRequest, 'hsmId'>) });
        changed();
      } else if (name === APPROVAL) {
        if (deleted) this.#approvals.delete(hsmId);
        else this.#approvals.set(hsmId, body as Approval);
        changed();
      }
    });
  }

  request(hsmId: string): JoinRequest | undefined {
    return this.#requests.get(hsmId);
  }

  approval(hsmId: string): Approval | undefined {
    return this.#approvals.get(hsmId);
  }

  /** Requests that no admin has approved, oldest first. */
  open(): JoinRequest[] {
    return [...this.#requests.values()]
      .filter(({ hsmId, fingerprint }) => this.approval(hsmId)?.fingerprint !== fingerprint)
      .toSorted((a, b) => a.requestedAt - b.requestedAt);
  }

  static putRequest({ hsmId, ...body }: JoinRequest): Change {
    return { kind: 'setting', id: `${REQUEST}/${hsmId}`, body };
  }

  static putApproval(hsmId: string, approval: Approval): Change {
    return { kind: 'setting', id: `${APPROVAL}/${hsmId}`, body: approval };
  }

  /** Returns the changes that delete what is held about an HSM. */
  forget(hsmId: string): Change[] {
    return [
      ...(this.#requests.has(hsmId)
        ? [{ kind: 'setting', id: `${REQUEST}/${hsmId}` } as const]
        : []),
      ...(this.#approvals.has(hsmId)
        ? [{ kind: 'setting', id: `${APPROVAL}/${hsmId}` } as const]
        : []),
    ];
  }
}

/** Returns whether a setting belongs to the HSMs that wait to join. */
export function isWaitingSetting(id: string): boolean {
  return id.startsWith(`${REQUEST}/`) || id.startsWith(`${APPROVAL}/`);
}

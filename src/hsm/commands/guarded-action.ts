import type { Approval, QuorumService } from '../wire/index.ts';

/** What a command is about to do that others may have to approve. */
export interface GuardedAction {
  readonly service: QuorumService;
  /** Approvals needed; the service's value if left out. */
  readonly required?: number;
  readonly keyHandle?: string | undefined;
  readonly approval: Approval | undefined;
}

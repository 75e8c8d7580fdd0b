import type { Approval, QuorumService } from '../wire/index.ts';

/** An action that may need the approval of other users. */
export interface GuardedAction {
  readonly service: QuorumService;
  /** Number of approvals. Defaults to the service's quorum value. */
  readonly required?: number;
  readonly keyHandle?: string | undefined;
  readonly approval: Approval | undefined;
}

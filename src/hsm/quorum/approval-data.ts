import { randomBytes } from '../../crypto/index.ts';
import {
  APPROVAL_RANDOM_BYTES,
  approvalRandom,
  encodeApprovalData,
  type Approved,
} from '../wire/index.ts';

/** Creates the data that approvers sign. No two are the same. */
export function approvalDataOf(approved: Approved): Buffer {
  return encodeApprovalData(approved, randomBytes(APPROVAL_RANDOM_BYTES));
}

/** Returns whether approval data was created for exactly this operation. */
export function isApprovalDataOf(data: Uint8Array, approved: Approved): boolean {
  return encodeApprovalData(approved, approvalRandom(data)).equals(data);
}

import { randomBytes } from '../../crypto/index.ts';
import { tokenServices, type TokenService } from '../wire/index.ts';

/**
 * Layout of approval data, as in CloudHSM: version, service, random bytes, username, time and, if
 * it concerns one, the key. Sizes and offsets are in bytes.
 */
const APPROVAL_DATA_BYTES = 80;
const VERSION = 0x0001_0003;
const RANDOM_AT = 16;
const RANDOM_BYTES = 16;
const USERNAME_AT = 32;
const TIME_AT = 68;
const KEY_AT = 72;

export interface Approved {
  readonly service: TokenService;
  readonly username: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** 16 hex digits. */
  readonly keyHandle?: string | undefined;
}

/** Creates the data that approvers sign. No two are the same. */
export function approvalDataOf(approved: Approved): Buffer {
  return layOut(approved, randomBytes(RANDOM_BYTES));
}

/** Returns whether approval data was created for exactly this operation. */
export function isApprovalDataOf(data: Uint8Array, approved: Approved): boolean {
  return layOut(approved, data.subarray(RANDOM_AT, RANDOM_AT + RANDOM_BYTES)).equals(data);
}

function layOut({ service, username, createdAt, keyHandle }: Approved, random: Uint8Array): Buffer {
  const data = Buffer.alloc(APPROVAL_DATA_BYTES);
  data.writeUInt32BE(VERSION, 0);
  data.writeUInt32BE(tokenServices.indexOf(service), 4);
  data.set(random, RANDOM_AT);
  data.write(username, USERNAME_AT, 'latin1');
  data.writeUInt32BE(Math.floor(createdAt / 1_000), TIME_AT);
  if (keyHandle !== undefined) data.write(keyHandle, KEY_AT, 'hex');
  return data;
}

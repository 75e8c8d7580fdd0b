import { randomBytes } from '../../crypto/index.ts';
import { tokenServices, type TokenService } from '../wire/index.ts';

/** As CloudHSM's: version, an id, random bytes, the user's name, the time; then the key, if it is about one. */
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

/** What approvers sign. No two are the same. */
export function approvalDataOf({ service, username, createdAt, keyHandle }: Approved): Buffer {
  const data = Buffer.alloc(APPROVAL_DATA_BYTES);
  data.writeUInt32BE(VERSION, 0);
  data.writeUInt32BE(tokenServices.indexOf(service), 4);
  randomBytes(RANDOM_BYTES).copy(data, RANDOM_AT);
  data.write(username, USERNAME_AT, 'latin1');
  data.writeUInt32BE(Math.floor(createdAt / 1_000), TIME_AT);
  if (keyHandle !== undefined) data.write(keyHandle, KEY_AT, 'hex');
  return data;
}

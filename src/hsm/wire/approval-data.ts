import { tokenServices, type TokenService } from './quorum.ts';

/**
 * Layout of approval data. The first 80 bytes are CloudHSM's: version, service, random bytes,
 * username, time and, if it concerns one, the key. Keyhold adds the operation and the maker. Sizes
 * and offsets are in bytes.
 */
const APPROVAL_DATA_BYTES = 160;
const VERSION = 0x0001_0004;
const SERVICE_AT = 4;
const RANDOM_AT = 16;
const USERNAME_AT = 32;
const USERNAME_BYTES = 32;
const TIME_AT = 68;
const KEY_AT = 72;
const KEY_BYTES = 8;
const OPERATION_AT = 80;
const OPERATION_BYTES = 32;
const MAKER_AT = 112;
const MAKER_BYTES = 48;

/** Number of random bytes in approval data. */
export const APPROVAL_RANDOM_BYTES = 16;

/** The facts that approvers sign. */
export interface Approved {
  readonly service: TokenService;
  /** User who may use the approval. */
  readonly username: string;
  /** Milliseconds since the epoch. Approval data contains whole seconds. */
  readonly createdAt: number;
  /** 16 hex digits. */
  readonly keyHandle?: string | undefined;
  /**
   * SHA-256 of the operation's text. Undefined if the approval is for any operation of the service.
   */
  readonly operation?: Uint8Array | undefined;
  /** Run of an HSM that created the token, and the only one that can spend it. */
  readonly maker?: string | undefined;
}

/** Encodes what approvers sign. `random` makes it unique. */
export function encodeApprovalData(
  { service, username, createdAt, keyHandle, operation, maker }: Approved,
  random: Uint8Array,
): Buffer {
  const data = Buffer.alloc(APPROVAL_DATA_BYTES);
  data.writeUInt32BE(VERSION, 0);
  data.writeUInt32BE(tokenServices.indexOf(service), SERVICE_AT);
  data.set(random.subarray(0, APPROVAL_RANDOM_BYTES), RANDOM_AT);
  data.write(username, USERNAME_AT, USERNAME_BYTES, 'latin1');
  data.writeUInt32BE(Math.floor(createdAt / 1_000), TIME_AT);
  if (keyHandle !== undefined) data.write(keyHandle, KEY_AT, KEY_BYTES, 'hex');
  if (operation) data.set(operation.subarray(0, OPERATION_BYTES), OPERATION_AT);
  if (maker !== undefined) data.write(maker, MAKER_AT, MAKER_BYTES, 'latin1');
  return data;
}

/** Decodes approval data. Returns undefined if it is malformed. */
export function decodeApprovalData(given: Uint8Array): Approved | undefined {
  const data = Buffer.from(given);
  if (data.length !== APPROVAL_DATA_BYTES) return undefined;
  const service = tokenServices[data.readUInt32BE(SERVICE_AT)];
  if (!service) return undefined;
  const key = data.subarray(KEY_AT, KEY_AT + KEY_BYTES);
  const operation = data.subarray(OPERATION_AT, OPERATION_AT + OPERATION_BYTES);
  const maker = textIn(data, MAKER_AT, MAKER_BYTES);
  const approved: Approved = {
    service,
    username: textIn(data, USERNAME_AT, USERNAME_BYTES),
    createdAt: data.readUInt32BE(TIME_AT) * 1_000,
    ...(isSet(key) && { keyHandle: key.toString('hex') }),
    ...(isSet(operation) && { operation }),
    ...(maker !== '' && { maker }),
  };
  const random = data.subarray(RANDOM_AT, RANDOM_AT + APPROVAL_RANDOM_BYTES);
  return encodeApprovalData(approved, random).equals(data) ? approved : undefined;
}

/** Returns the random bytes of approval data. */
export function approvalRandom(data: Uint8Array): Uint8Array {
  return data.subarray(RANDOM_AT, RANDOM_AT + APPROVAL_RANDOM_BYTES);
}

function textIn(data: Buffer, at: number, length: number): string {
  const text = data.toString('latin1', at, at + length);
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

function isSet(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte !== 0);
}

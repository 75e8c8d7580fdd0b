import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { equalBytes } from './hash.ts';
import { randomBytes } from './random.ts';

const argon2Async = promisify(argon2);

interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
}
const COST: Cost = { memory: 19 * 1024, passes: 2 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** argon2id: a key that is as hard to guess as `password` is, times the cost. */
export function stretchPassword(
  password: string,
  salt: Uint8Array,
  cost: Cost = COST,
): Promise<Buffer> {
  const { memory, passes } = cost;
  return argon2Async('argon2id', {
    message: password,
    nonce: salt,
    parallelism: 1,
    tagLength: KEY_BYTES,
    memory,
    passes,
  });
}

/** What may be stored of a password: cost, salt and argon2id value in one text. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const value = await stretchPassword(password, salt);
  return [
    'argon2id',
    COST.memory,
    COST.passes,
    salt.toString('base64'),
    value.toString('base64'),
  ].join('$');
}

/** Whether `stored` was made of `password`. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, salt = '', value = ''] = stored.split('$');
  const cost = { memory: Number(memory), passes: Number(passes) };
  return equalBytes(
    await stretchPassword(password, Buffer.from(salt, 'base64'), cost),
    Buffer.from(value, 'base64'),
  );
}

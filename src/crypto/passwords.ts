import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { equalBytes } from './hash.ts';
import { randomBytes } from './random.ts';

const argon2Async = promisify(argon2);

interface Cost {
  /** Memory, in KiB. */
  readonly memory: number;
  readonly passes: number;
}
const COST: Cost = { memory: 19 * 1024, passes: 2 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Derives a 32-byte key from a password with argon2id. An attacker who guesses passwords pays
 * `cost` per guess.
 */
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

/**
 * Returns what to store of a password: cost, salt and argon2id value in one string.
 *
 * @example
 * ```ts
 * import { hashPassword, verifyPassword } from 'src/crypto/index.ts';
 *
 * const stored = await hashPassword('correct horse');
 * assert.ok(await verifyPassword('correct horse', stored));
 * assert.equal(await verifyPassword('wrong', stored), false);
 * ```
 */
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

/** Checks a password against the result of `hashPassword`. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, salt = '', value = ''] = stored.split('$');
  const cost = { memory: Number(memory), passes: Number(passes) };
  return equalBytes(
    await stretchPassword(password, Buffer.from(salt, 'base64'), cost),
    Buffer.from(value, 'base64'),
  );
}

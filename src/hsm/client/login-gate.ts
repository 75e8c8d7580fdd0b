import type { SecretText } from '../../base/index.ts';
import { HsmError, type HsmErrorCode } from '../wire/index.ts';
import type { Credentials, HsmConnection } from './contract.ts';

/**
 * Rejections that every HSM of the cluster would give. Trying another HSM would only count another
 * failure.
 */
const finalCodes: ReadonlySet<HsmErrorCode> = new Set<HsmErrorCode>([
  'login-failed',
  'password-voided',
  'user-locked',
  'user-logged-in',
]);
/** Rejections that only another password can end. */
const refusals: ReadonlySet<HsmErrorCode> = new Set<HsmErrorCode>([
  'login-failed',
  'password-voided',
  'user-locked',
]);
/**
 * Rejections after which login stops although the password was accepted before. The first may come
 * from an HSM that has not received a password change yet.
 */
const MAX_REFUSALS = 2;

/** Returns whether only another password can help. */
export function isRefusal(error: unknown): boolean {
  return error instanceof HsmError && refusals.has(error.code);
}

/** Returns whether every HSM of the cluster would give the same answer. */
export function isFinal(error: unknown): boolean {
  return error instanceof HsmError && finalCodes.has(error.code);
}

/**
 * Logs in to the HSMs of one cluster without ever locking the user out: to one HSM after the other
 * until the password has been accepted, then in parallel. Stops once a password has been rejected.
 */
export class LoginGate {
  #credentials: Credentials;
  #exclusive: boolean;
  #accepted = false;
  #refusals = 0;
  #refusal: HsmError | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
    this.#exclusive = credentials.exclusive ?? false;
  }

  setPassword(password: SecretText): void {
    this.#credentials = { ...this.#credentials, password };
    this.#accepted = false;
    this.#refusals = 0;
    this.#refusal = undefined;
  }

  /** True if the current password was rejected. Rejections of earlier passwords do not count. */
  get refused(): boolean {
    return this.#refusals > 0;
  }

  /** Fails like `HsmConnection.call`, or with the cluster's earlier rejection. */
  async login(connection: HsmConnection): Promise<void> {
    if (this.#accepted) return this.#attempt(connection);
    const previous = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await previous;
    try {
      await this.#attempt(connection);
    } finally {
      resolve();
    }
  }

  async #attempt(connection: HsmConnection): Promise<void> {
    if (this.#refusal && this.#refusals >= (this.#accepted ? MAX_REFUSALS : 1)) throw this.#refusal;
    const { username, role, password } = this.#credentials;
    const exclusive = this.#exclusive;
    try {
      await connection.call('login', {
        username,
        role,
        password: password.reveal(),
        ...(exclusive && { exclusive }),
      });
    } catch (error) {
      if (
        password === this.#credentials.password &&
        error instanceof HsmError &&
        finalCodes.has(error.code)
      )
        this.#refused(error);
      throw error;
    }
    // From here on, other sessions of the user belong to this client.
    this.#exclusive = false;
    if (password !== this.#credentials.password) return;
    this.#accepted = true;
    this.#refusals = 0;
  }

  #refused(error: HsmError): void {
    this.#refusal = error;
    this.#refusals += 1;
  }
}

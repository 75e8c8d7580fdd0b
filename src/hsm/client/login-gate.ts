import type { SecretText } from '../../base/index.ts';
import { HsmError, type HsmErrorCode } from '../wire/index.ts';
import type { Credentials, HsmConnection } from './contract.ts';

/** Answers that the whole cluster would give: asking its other HSMs too would only count more failures against the user. */
const finalCodes: ReadonlySet<HsmErrorCode> = new Set<HsmErrorCode>([
  'login-failed',
  'user-locked',
  'user-logged-in',
]);
/** The same once the password was good somewhere: an HSM may just not have heard of a change yet. */
const MAX_REFUSALS = 2;

/** True if only another password can help. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof HsmError && (error.code === 'login-failed' || error.code === 'user-locked')
  );
}

/** True if no HSM of the cluster need be asked any more. */
export function isFinal(error: unknown): boolean {
  return error instanceof HsmError && finalCodes.has(error.code);
}

/**
 * Logs in to the HSMs of one cluster without ever locking the user out: one HSM after the other until the password has
 * been accepted, then in parallel; and not at all any more with a password that was refused.
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

  /** Whether the password that is set now was refused, and not one that it has replaced meanwhile. */
  get refused(): boolean {
    return this.#refusals > 0;
  }

  /** Fails as `HsmConnection.call`, or with the refusal that the cluster has given already. */
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
    // From here on the user's other sessions are our own.
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

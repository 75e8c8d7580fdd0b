import type { HsmConnection } from '../../hsm/client/index.ts';
import { CliError } from '../io.ts';
import type { Login } from './credentials.ts';
import type { Format } from './format.ts';

/** The user that is logged in. */
export type LoggedIn = Pick<Login, 'username' | 'role'>;

/** The connection and login of an interactive run. */
export class Session {
  readonly format: Format;
  readonly #connect: () => Promise<HsmConnection>;
  #connection: HsmConnection | undefined;
  #loggedIn: LoggedIn | undefined;

  constructor(format: Format, connect: () => Promise<HsmConnection>) {
    this.format = format;
    this.#connect = connect;
  }

  /** Returns the connection. Reconnects, without a login, if the previous one was closed. */
  async connection(): Promise<HsmConnection> {
    if (this.#connection) return this.#connection;
    const connection = await this.#connect();
    this.#connection = connection;
    void connection.closed.then(() => {
      this.#connection = undefined;
      this.#loggedIn = undefined;
    });
    return connection;
  }

  get loggedIn(): LoggedIn {
    if (!this.#loggedIn)
      throw new CliError(
        'not logged in: run login --username NAME --role admin|crypto-user|auditor',
      );
    return this.#loggedIn;
  }

  async logIn({ username, role, password }: Login): Promise<void> {
    if (this.#loggedIn)
      throw new CliError(`${this.#loggedIn.username} is already logged in; run logout first`);
    await (await this.connection()).call('login', { username, role, password });
    this.#loggedIn = { username, role };
  }

  async logOut(): Promise<void> {
    this.#loggedIn = undefined;
    await this.#connection?.call('logout', {});
  }

  close(): void {
    this.#connection?.close();
  }
}

import type { HsmConnection } from '../../hsm/client/index.ts';
import { CliError } from '../io.ts';
import type { Login } from './credentials.ts';
import type { Format } from './format.ts';

/** Who is logged in. */
export type LoggedIn = Pick<Login, 'username' | 'role'>;

/** The one connection and login of an interactive run. */
export class Session {
  readonly format: Format;
  readonly #connect: () => Promise<HsmConnection>;
  #connection: HsmConnection | undefined;
  #loggedIn: LoggedIn | undefined;

  constructor(format: Format, connect: () => Promise<HsmConnection>) {
    this.format = format;
    this.#connect = connect;
  }

  /** The connection; a new one, with nobody logged in, if the last is gone. */
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
      throw new CliError('not logged in: login --username NAME --role admin|crypto-user|auditor');
    return this.#loggedIn;
  }

  async logIn({ username, role, password }: Login): Promise<void> {
    if (this.#loggedIn) throw new CliError(`${this.#loggedIn.username} is logged in; logout first`);
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

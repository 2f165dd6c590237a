/** Who a client is logged in as: its tokens, and where they are kept. */

import { PrimeError } from "../failures.js";
import type { Tokens } from "../schema/types.js";
import type { Connection } from "./connection.js";
import type { TokenStore } from "./options.js";

export class Login {
  /** For the next hello; null: there is none, or it has run out. */
  accessToken: string | null = null;
  /** The newest that this window knows of; another one may have renewed it. */
  private refreshToken: string | null = null;
  /** What the next login shows. */
  private deviceToken: string | null = null;

  constructor(private readonly store: TokenStore | undefined) {}

  /** Whether it can be renewed. */
  get isKept(): boolean {
    return this.refreshToken !== null;
  }

  /** From where it is kept, unless it is here already. */
  async read(): Promise<void> {
    this.refreshToken ??= await this.stored();
  }

  async adopt(tokens: Tokens): Promise<void> {
    this.accessToken = tokens.access_token;
    await this.keep(tokens.refresh_token);
    if (tokens.device_token != null) {
      const token = (this.deviceToken = tokens.device_token);
      await orSaid("written", async () => this.store?.device?.write(token));
    }
  }

  /** What `auth.login` may bring; null: nobody has logged in here. */
  async known(): Promise<string | null> {
    this.deviceToken ??= (await orSaid("read", async () => this.store?.device?.read())) ?? null;
    return this.deviceToken;
  }

  async forget(): Promise<void> {
    this.accessToken = null;
    await this.keep(null);
  }

  /** By a connection that is open, with the newest token that any window has (rule A2), while no other window does it.
   *
   * `user`: whose window this is; null: nobody's yet. An error says why a login is needed; rejects where nobody knows yet.
   */
  async refresh(connection: Pick<Connection, "call">, user: string | null): Promise<Tokens | PrimeError> {
    const step = (): Promise<Tokens | PrimeError> => this.renew(connection, user);
    return this.store?.alone === undefined ? step() : this.store.alone(step);
  }

  private async renew(connection: Pick<Connection, "call">, user: string | null): Promise<Tokens | PrimeError> {
    const token = (await this.stored()) ?? this.refreshToken!;
    try {
      const tokens = await connection.call("auth.refresh", { refresh_token: token });
      await this.adopt(tokens);
      if (user === null || tokens.user.id === user) return tokens;
      this.drop();
      return new PrimeError("auth_failed", "somebody else has logged in, in another window of this browser");
    } catch (error) {
      if (!(error instanceof PrimeError) || error.retry === "wait") throw error;
      if ([null, token].includes(await this.stored())) await this.forget();
      else this.drop(); // another window has logged in meanwhile
      return error;
    }
  }

  /** Only here: what is kept is another window's. */
  private drop(): void {
    this.accessToken = null;
    this.refreshToken = null;
  }

  private async stored(): Promise<string | null> {
    return (await orSaid("read", async () => this.store?.read())) ?? null;
  }

  private async keep(refreshToken: string | null): Promise<void> {
    this.refreshToken = refreshToken;
    await orSaid("written", async () => this.store?.write(refreshToken));
  }
}

async function orSaid<Value>(what: "read" | "written", step: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await step();
  } catch (error) {
    console.error(`prime: the token store cannot be ${what}; the login ends with this window:`, error);
    return undefined;
  }
}

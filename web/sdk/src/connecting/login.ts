/** Who a client is logged in as: its tokens, and where they are kept. */

import { PrimeError } from "../failures.js";
import type { Tokens } from "../schema/types.js";
import type { Connection } from "./connection.js";
import type { TokenStore } from "./options.js";

export class Login {
  /** For the next hello; null: there is none, or it has run out. */
  accessToken: string | null = null;
  private refreshToken: string | null = null;

  constructor(private readonly store: TokenStore | undefined) {}

  /** Whether it can be renewed. */
  get isKept(): boolean {
    return this.refreshToken !== null;
  }

  /** From where it is kept, unless it is here already. */
  async read(): Promise<void> {
    try {
      this.refreshToken ??= (await this.store?.read()) ?? null;
    } catch (error) {
      console.error("prime: the token store cannot be read; going on without a login:", error);
    }
  }

  async adopt(tokens: Tokens): Promise<void> {
    this.accessToken = tokens.access_token;
    await this.keep(tokens.refresh_token);
  }

  async forget(): Promise<void> {
    this.accessToken = null;
    await this.keep(null);
  }

  /** By a connection that is open. The error says why a login is needed; rejects where nobody knows yet. */
  async refresh(connection: Connection): Promise<Tokens | PrimeError> {
    try {
      return await connection.call("auth.refresh", { refresh_token: this.refreshToken! });
    } catch (error) {
      if (!(error instanceof PrimeError) || error.retry === "wait") throw error;
      await this.forget();
      return error;
    }
  }

  private async keep(refreshToken: string | null): Promise<void> {
    this.refreshToken = refreshToken;
    try {
      await this.store?.write(refreshToken);
    } catch (error) {
      console.error("prime: the token store cannot be written; the login ends with this window:", error);
    }
  }
}

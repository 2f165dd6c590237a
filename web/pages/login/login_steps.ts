/** The steps between a page that nobody is logged in on and a login. */

import { signal, type Signal } from "@preact/signals";
import { PrimeError, type Calls, type Client } from "@prime/client";

import type { Fields } from "../Form.js";

export type Step =
  | { readonly name: "login" }
  | { readonly name: "register" }
  /** The password was right, and a code is asked for. */
  | { readonly name: "code"; readonly challenge: string }
  /** The server asks everyone for a second factor, and this account has none. */
  | { readonly name: "set-up"; readonly challenge: string; readonly secret: string; readonly uri: string }
  /** Shown once, and then we are in. */
  | { readonly name: "recovery-codes"; readonly codes: readonly string[] }
  /** A mail was sent, and its link must be opened first. */
  | { readonly name: "mail-sent"; readonly email: string };

export type Account = Calls["auth.register"]["params"];

export class LoginSteps {
  /** Whose form is shown. */
  readonly step: Signal<Step> = signal({ name: "login" });

  constructor(protected readonly client: Client) {}

  async login({ email = "", password = "" }: Fields): Promise<void> {
    await this.orNextStep(email, () => this.client.login(email, password));
  }

  async register({ email = "", username = "", name = "", password = "" }: Fields): Promise<void> {
    await this.orNextStep(email, () => this.makeAccount({ email, username, name: name || username, password }));
  }

  protected async makeAccount(account: Account): Promise<void> {
    await this.client.register(account);
  }

  async enterCode(challenge: string, { code = "" }: Fields): Promise<void> {
    await this.client.logInBy("auth.second_factor", { challenge, code: code.replaceAll(" ", "") });
  }

  /** Throws `PrimeError`, also where this server has no such account: it tells nobody. */
  async sendVerification(email: string): Promise<void> {
    await this.client.call("auth.send_verification", { email });
  }

  async confirm(challenge: string, { code = "" }: Fields): Promise<void> {
    const done = await this.client.call("auth.totp_confirm", { challenge, code: code.replaceAll(" ", "") });
    this.step.value = { name: "recovery-codes", codes: done.recovery_codes };
    this.pending = done.tokens ?? null;
  }

  /** After the recovery codes were shown. */
  async finish(): Promise<void> {
    if (this.pending === null) this.step.value = { name: "login" };
    else await this.client.logInWith(this.pending);
  }

  /** Tokens of a login that waits until the recovery codes were read. */
  private pending: Calls["auth.login"]["result"] | null = null;

  private async orNextStep(email: string, attempt: () => Promise<unknown>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      const next = error instanceof PrimeError ? await this.stepAfter(error, email) : null;
      if (next === null) throw error;
      this.step.value = next;
    }
  }

  private async stepAfter({ code, details }: PrimeError, email: string): Promise<Step | null> {
    const challenge = details.challenge ?? "";
    switch (code) {
      case "second_factor_required": return { name: "code", challenge };
      case "second_factor_missing": {
        const begun = await this.client.call("auth.totp_begin", { challenge });
        return { name: "set-up", challenge, ...begun };
      }
      case "address_unverified": return { name: "mail-sent", email };
      default: return null;
    }
  }
}

/** How somebody comes in: the steps between a page that nobody is logged in on and a login. */

import { signal, type Signal } from "@preact/signals";
import { PrimeError, type Calls, type Client } from "@prime/client";

import type { Fields } from "../../../pages/Form.js";
import type { Refusal } from "./invitation_words.js";

export type Step =
  | { readonly name: "login" }
  | { readonly name: "register" }
  | { readonly name: "guest" }
  /** The password was right, and a code is asked for. */
  | { readonly name: "code"; readonly challenge: string }
  /** The server asks everyone for a second factor, and this account has none. */
  | { readonly name: "set-up"; readonly challenge: string; readonly secret: string; readonly uri: string }
  /** Shown once, and then we are in. */
  | { readonly name: "recovery-codes"; readonly codes: readonly string[] }
  /** A mail was sent, and its link must be opened first. */
  | { readonly name: "mail-sent"; readonly email: string };

export type Shown = Calls["invitations.look"]["result"];

export class Entrance {
  readonly step: Signal<Step> = signal({ name: "login" });
  /** What the invitation is for; null: there is none, or it is not looked at yet. */
  readonly shown: Signal<Shown | null> = signal(null);

  /** Whether we are a member by the invitation already. */
  readonly isTaken = signal(false);

  constructor(private readonly client: Client, readonly invitation: string | null) {}

  /** Why the invitation lets nobody in; null: it does, there is none, or it is not looked at yet. */
  readonly refusal: Signal<Refusal | null> = signal(null);

  /** `isIn`: whether somebody is logged in; who is a member is taken to the project. Throws where the server tells nothing. */
  async look(isIn: boolean): Promise<void> {
    if (this.invitation === null || this.isTaken.value) return;
    this.refusal.value = null;
    try {
      this.shown.value = await this.client.call("invitations.look", { token: this.invitation });
    } catch (error) {
      this.refuse(error, "closed");
      return;
    }
    if (isIn) await this.returnTo(this.shown.value.project);
    else if (this.shown.value.guests && this.step.value.name === "login") this.step.value = { name: "guest" };
  }

  /** Become a member, with the account that is logged in. Throws what is no matter of the invitation. */
  async accept(): Promise<void> {
    if (this.invitation === null) return;
    try {
      await this.client.call("invitations.accept", { token: this.invitation });
      this.isTaken.value = true;
    } catch (error) {
      this.refuse(error, this.shown.value?.is_for_address === true ? "foreign" : "closed");
    }
  }

  /** A member needs no invitation; where it gives more than the member has, it is accepted. */
  private async returnTo(project: string): Promise<void> {
    try {
      await this.client.call("projects.get", { project });
    } catch (error) {
      if (error instanceof PrimeError) return; // no member yet: asked first
      throw error;
    }
    await this.accept();
    this.refusal.value = null;
    this.isTaken.value = true;
  }

  private refuse(error: unknown, refusal: Refusal): void {
    if (!(error instanceof PrimeError) || error.code !== "auth_failed") throw error;
    this.refusal.value = refusal;
  }

  async login({ email = "", password = "" }: Fields): Promise<void> {
    await this.orNextStep(email, () => this.client.login(email, password));
  }

  async register({ email = "", username = "", name = "", password = "" }: Fields): Promise<void> {
    const invitation = this.refusal.value === null ? this.invitation : null; // one that lets nobody in keeps nobody from an account
    const account = { email, username, name: name || username, password, ...(invitation !== null && { invitation }) };
    await this.orNextStep(email, async () => {
      await this.client.register(account);
      this.isTaken.value = invitation !== null; // rule R37: the account and the member in one
    });
  }

  /** With no more than a name, by an invitation that lets guests in. */
  async enterAsGuest({ name = "" }: Fields): Promise<void> {
    await this.client.logInBy("auth.register_guest", { invitation: this.invitation ?? "", name });
    this.isTaken.value = true;
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

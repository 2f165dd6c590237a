/** How somebody comes in to the studio: by the steps of a login, or by an invitation. */

import { signal, type Signal } from "@preact/signals";
import { PrimeError, type Calls, type Client } from "@prime/client";

import type { Fields } from "../../../pages/Form.js";
import { LoginSteps, type Account } from "../../../pages/login/login_steps.js";
import type { Refusal } from "./invitation_words.js";

export type InvitedTo = Calls["invitations.look"]["result"];

export class Entrance extends LoginSteps {
  /** What the invitation is for; null: there is none, or it is not looked at yet. */
  readonly invitedTo: Signal<InvitedTo | null> = signal(null);

  /** Whether a name is asked for in place of a login. */
  readonly isForGuest = signal(false);

  /** Whether we are a member by the invitation already. */
  readonly isTaken = signal(false);

  /** Why the invitation lets nobody in; null: it does, there is none, or it is not looked at yet. */
  readonly refusal: Signal<Refusal | null> = signal(null);

  constructor(client: Client, readonly invitation: string | null) {
    super(client);
  }

  /** `isIn`: whether somebody is logged in; who is a member is taken to the project. Throws where the server tells nothing. */
  async look(isIn: boolean): Promise<void> {
    if (this.invitation === null || this.isTaken.value) return;
    this.refusal.value = null;
    try {
      this.invitedTo.value = await this.client.call("invitations.look", { token: this.invitation });
    } catch (error) {
      this.refuse(error, "closed");
      return;
    }
    if (isIn) await this.returnTo(this.invitedTo.value.project);
    else if (this.invitedTo.value.guests && this.step.value.name === "login") this.isForGuest.value = true;
  }

  /** Become a member, with the account that is logged in. Throws what is no matter of the invitation. */
  async accept(): Promise<void> {
    if (this.invitation === null) return;
    try {
      await this.client.call("invitations.accept", { token: this.invitation });
      this.isTaken.value = true;
    } catch (error) {
      this.refuse(error, this.invitedTo.value?.is_for_address === true ? "foreign" : "closed");
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

  protected override async makeAccount(account: Account): Promise<void> {
    const invitation = this.refusal.value === null ? this.invitation : null; // one that lets nobody in keeps nobody from an account
    await super.makeAccount(invitation === null ? account : { ...account, invitation });
    this.isTaken.value = invitation !== null; // rule R37: the account and the member in one
  }

  /** With no more than a name, by an invitation that lets guests in. */
  async enterAsGuest({ name = "" }: Fields): Promise<void> {
    await this.client.logInBy("auth.register_guest", { invitation: this.invitation ?? "", name });
    this.isTaken.value = true;
  }

  /** With an account and not as a guest. */
  takeAccount(name: "login" | "register"): void {
    this.isForGuest.value = false;
    this.step.value = { name };
  }
}

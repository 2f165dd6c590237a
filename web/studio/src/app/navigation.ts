/** Keeps the address bar, the login and what is shown in step. */

import type { Status } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { askedBy, hashOf } from "../entry/address.js";
import { keptInvitation } from "../entry/kept_invitation.js";
import type { Place, Studio } from "../studio.js";

export class Navigation {
  /** Counts where we were sent; an answer for a place that we left meanwhile is dropped. */
  private visits = 0;

  constructor(private readonly studio: Studio, private readonly window: Window) {}

  start(): void {
    const { studio, window } = this;
    this.studio.invitation.value = keptInvitation();
    this.takeInvitation();
    window.addEventListener("hashchange", () => this.follow());
    studio.client.status.subscribe((status) => this.hear(status));
    this.hear(studio.client.status.value);
  }

  /** The secret stays neither in the address bar nor in the history of the browser. */
  private takeInvitation(): void {
    const { invitation, project } = askedBy(this.window.location.hash);
    if (invitation === null) return;
    this.studio.keepInvitation(invitation);
    const projectHash = project === null ? "" : hashOf({ name: "project", project });
    this.window.history.replaceState(null, "", this.window.location.pathname + this.window.location.search + projectHash);
  }

  private hear({ name }: Status): void {
    const { studio } = this;
    if (name === "needs-login") studio.place.value = { name: "entry" };
    else if (name === "connected" && studio.place.value.name === "entry") this.follow();
  }

  /** Show what the address bar says. */
  follow(): void {
    this.takeInvitation();
    const { studio } = this;
    if (studio.client.status.value.name === "needs-login" || studio.invitation.value !== null) {
      studio.place.value = { name: "entry" };
      return;
    }
    const { project, isAccount } = askedBy(this.window.location.hash);
    if (project !== null) void this.enter(project);
    else this.show(isAccount ? { name: "account" } : { name: "projects" });
  }

  /** Show a place, and name it in the address bar. */
  show(place: Exclude<Place, { name: "project" }>): void {
    this.visits += 1;
    void this.studio.leave();
    this.studio.place.value = place;
    this.name(place);
  }

  async enter(project: string): Promise<void> {
    const { studio } = this;
    const now = studio.place.value;
    this.name({ name: "project", project });
    if (now.name === "project" && now.project === project && studio.room.value?.project === project) return;
    this.visits += 1;
    const visit = this.visits;
    studio.place.value = { name: "project", project };
    try {
      await studio.enter(project, () => visit === this.visits);
    } catch (error) {
      if (visit !== this.visits) return;
      if (studio.client.status.value.name === "needs-login") return; // who logs in goes on there
      studio.tell(inWords(error), "failure");
      this.show({ name: "projects" });
    }
  }

  private name(place: Place): void {
    const hash = hashOf(place);
    if (this.window.location.hash !== hash) this.window.history.pushState(null, "", hash);
  }
}

/** Where we are, for the others: the latest of each field, thirty times a second at most, and none of it in vain. */

import type { Presence } from "../schema/types.js";

/** At most one message in so long, in milliseconds. */
export const EVERY_MS = 33;

export class OwnPresence {
  /** The latest of each field that was shown; whoever comes in anew has none of it. */
  private shown: Presence = {};
  /** What of it is not sent yet. */
  private waiting: Presence = {};
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** When the last message went, in milliseconds of the monotonic clock. */
  private sentAt = -Infinity;

  /** `send`: `full`: the socket has not taken what was sent before; `away`: nobody would see it, `flush` says when. */
  constructor(private readonly send: (presence: Presence) => "sent" | "full" | "away") {}

  move(presence: Presence): void {
    this.shown = { ...this.shown, ...presence };
    this.waiting = { ...this.waiting, ...presence };
    this.sendLater();
  }

  /** Others have nothing of us: we came in anew. */
  entered(): void {
    this.waiting = { ...this.shown };
    this.flush();
  }

  /** What could not go may go now. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (Object.keys(this.waiting).length === 0) return;
    const { waiting } = this;
    this.waiting = {};
    const how = this.send(waiting);
    if (how !== "away") this.sentAt = performance.now();
    if (how === "sent") return;
    this.waiting = { ...waiting, ...this.waiting };
    if (how === "full") this.sendLater();
  }

  end(): void {
    this.shown = this.waiting = {};
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private sendLater(): void {
    this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.sentAt + EVERY_MS - performance.now()));
  }
}

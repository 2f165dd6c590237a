/** A state on its way: its parts are gathered and inflated, and what comes meanwhile waits behind it. */

import { StateParts } from "../copy/state_parts.js";
import { inflated } from "../inflating.js";
import type { ServerMessage, ServerState } from "../schema/types.js";

export class ArrivingState {
  private readonly parts = new StateParts();
  /** Messages that came while it is inflated; null: it is not. */
  private backlog: ServerMessage[] | null = null;
  /** Counts the joins: a state of an earlier one is dropped. */
  private round = 0;

  /** `arrived`: with the bytes, and what waits behind them; `failed`: they are none. */
  constructor(
    private readonly arrived: (bytes: Uint8Array, waiting: readonly ServerMessage[]) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** We join anew: nothing of it counts any more. */
  forget(): void {
    this.round += 1;
    this.backlog = null;
  }

  /** We are in; the parts that follow are of this join. */
  begin(): void {
    this.parts.clear();
  }

  /** Whether a message waits until the state is here. */
  holds(message: ServerMessage): boolean {
    if (this.backlog === null || message.t === "joined") return false;
    this.backlog.push(message);
    return true;
  }

  /** Throws `Gap`. */
  take(message: ServerState): void {
    const whole = this.parts.take(message);
    if (whole === null) return;
    const { round } = this;
    this.backlog = [];
    void inflated(whole).then((bytes) => {
      if (round === this.round) this.release(bytes);
    }).catch((error: unknown) => { if (round === this.round) this.failed(error); });
  }

  private release(bytes: Uint8Array): void {
    const waiting = this.backlog ?? [];
    this.backlog = null;
    this.arrived(bytes, waiting);
  }
}

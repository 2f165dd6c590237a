/** A fader that is ridden: others see it move, and its end is one edit, one step of undo. */

import { newId, type Gesture, type Room } from "@prime/client";

type Property = "volume" | "pan";
type Ridden = "channels" | "sends";

/** Keys in a row within so long are one step of undo. */
const BURST_MS = 1_200;

export class Ride {
  /** While a pointer holds the fader. */
  private gesture: Gesture<unknown> | null = null;
  private hasMoved = false;
  /** The step of the keys that were pressed last, and when. */
  private burst = { step: "", at: -Infinity };

  constructor(private readonly room: Room, private readonly collection: Ridden, private readonly id: string, private readonly property: Property) {}

  begin(): void {
    this.gesture?.cancel();
    this.gesture = this.room.gesture();
    this.hasMoved = false;
  }

  to(value: number): void {
    if (this.gesture === null) return;
    this.hasMoved = true;
    this.gesture.set(this.collection, this.id, { [this.property]: value });
  }

  /** One delta, if it has moved. */
  end(): void {
    if (this.hasMoved) this.gesture?.end();
    else this.gesture?.cancel();
    this.gesture = null;
  }

  cancel(): void {
    this.gesture?.cancel();
    this.gesture = null;
  }

  /** A key, a typed number, a double click. `now`: milliseconds of any clock that only grows. */
  set(value: number, now: number): void {
    if (now - this.burst.at > BURST_MS) this.burst.step = newId();
    this.burst.at = now;
    this.room.edit((tx) => tx.set(this.collection, this.id, { [this.property]: value }), { step: this.burst.step });
  }
}

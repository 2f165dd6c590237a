/** A fader that is ridden: others see it move, and its end is one edit, one step of undo. */

import type { Gesture, Room } from "@prime/client";

import { Bursts } from "../keys/bursts.js";

type Property = "volume" | "pan";
type Ridden = "channels" | "sends";

/** The wheel rests for so long: that was one ride. */
const WHEEL_MS = 400;

export class FaderRide {
  /** While a pointer holds the fader. */
  private gesture: Gesture<unknown> | null = null;
  private hasMoved = false;
  /** Ends a ride of the wheel. */
  private rest: ReturnType<typeof setTimeout> | null = null;
  /** Of the keys that were pressed on it. */
  private readonly bursts = new Bursts();

  constructor(private readonly room: Room, private readonly collection: Ridden, private readonly id: string, private readonly property: Property) {}

  begin(): void {
    this.stopResting();
    this.gesture?.cancel();
    this.gesture = this.room.gesture();
    this.hasMoved = false;
  }

  to(value: number): void {
    if (this.gesture === null) return;
    this.hasMoved = true;
    this.gesture.set(this.collection, this.id, { [this.property]: value });
  }

  /** The wheel has no end: `rested` is called once it rests, after the delta. */
  glide(value: number, rested: () => void): void {
    if (this.rest === null) this.begin();
    this.to(value);
    this.stopResting();
    this.rest = setTimeout(() => {
      this.end();
      rested();
    }, WHEEL_MS);
  }

  /** One delta, if it has moved. */
  end(): void {
    this.stopResting();
    if (this.hasMoved) this.gesture?.end();
    else this.gesture?.cancel();
    this.gesture = null;
  }

  cancel(): void {
    this.stopResting();
    this.gesture?.cancel();
    this.gesture = null;
  }

  /** A key, a typed number, a double click. `now`: milliseconds of any clock that only grows. */
  set(value: number, now: number): void {
    this.room.edit((tx) => tx.set(this.collection, this.id, { [this.property]: value }), this.bursts.ofPress("", now));
  }

  private stopResting(): void {
    if (this.rest !== null) clearTimeout(this.rest);
    this.rest = null;
  }
}

/** Follows the slider: the moment that was asked for last is shown as soon as it is here. */

import { signal, type Signal } from "@preact/signals";
import type { Room, Stop } from "@prime/client";

import type { Studio } from "../studio.js";

export class Scrubbing {
  /** The newest seq. */
  readonly head: Signal<number>;
  /** The oldest that the server still keeps, as far as it is known. */
  readonly oldest = signal(0);
  /** Where the slider is, while that moment is on its way; null: it is shown. */
  readonly wanted: Signal<number | null> = signal(null);
  private isAsking = false;

  constructor(private readonly studio: Studio, private readonly room: Room) {
    this.head = signal(room.position?.seq ?? 0);
  }

  listen(): Stop {
    return this.room.onChange(() => { this.head.value = this.room.position?.seq ?? this.head.value; });
  }

  /** The newest seq is now itself. */
  to(seq: number): void {
    if (seq >= this.head.value) {
      this.now();
      return;
    }
    this.wanted.value = seq;
    void this.ask();
  }

  now(): void {
    this.wanted.value = null;
    this.studio.moment.value = null;
  }

  stop(): void {
    this.wanted.value = null;
  }

  /** One question at a time; what the slider has passed meanwhile is left out. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    for (let seq = this.wanted.value; seq !== null; seq = this.wanted.value) {
      const isThere = await this.studio.showMoment(seq, () => this.wanted.value !== null);
      if (!isThere) this.wanted.value = null;
      else if (this.wanted.value === seq) this.wanted.value = null;
    }
    this.isAsking = false;
  }
}

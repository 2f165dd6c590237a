/** Follows the slider: the moment that was asked for last is shown as soon as it is here. */

import { signal, type Signal } from "@preact/signals";
import type { Room, Stop } from "@prime/client";

import type { Studio } from "../studio.js";
import type { HistoryFeed } from "./history_feed.js";
import { KeptMoments } from "./kept_moments.js";
import { lapseAt } from "./moments.js";

/** At most so many edits are asked for, to tell who made them and to draw the heat. */
const MOST_LEARNT = 1_000;

const LAPSE_STEP_MS = 60;

export class Scrubbing {
  /** The newest seq. */
  readonly head: Signal<number>;
  /** The oldest that the server still keeps, as far as it is known. */
  readonly oldest = signal(0);
  /** Where the slider is, while that moment is on its way; null: it is shown. */
  readonly wanted: Signal<number | null> = signal(null);
  /** Whether a time-lapse plays. */
  readonly isLapsing = signal(false);
  /** The edits that are known, newest first. */
  readonly edits: HistoryFeed;
  private readonly kept = new KeptMoments();
  private isAsking = false;
  private lapseTimer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly studio: Studio, private readonly room: Room, edits: HistoryFeed) {
    this.head = signal(room.position?.seq ?? 0);
    this.edits = edits;
  }

  /** Until `Stop`. */
  listen(): Stop {
    const stops = [
      this.room.onChange(() => { this.head.value = this.room.position?.seq ?? this.head.value; }),
      this.edits.shown.subscribe(({ oldest }) => { this.oldest.value = oldest <= 1 ? 0 : oldest; }),
    ];
    return () => {
      stops.forEach((stop) => stop());
      this.endLapse();
      this.wanted.value = null;
    };
  }

  /** Ask for older edits, page by page, until enough are known. */
  async learn(): Promise<void> {
    const { shown } = this.edits;
    for (let before = -1; shown.value.entries.length > before && shown.value.entries.length < MOST_LEARNT && !shown.value.isWhole;) {
      before = shown.value.entries.length;
      await this.edits.more();
    }
  }

  /** The newest seq is now itself. */
  to(seq: number): void {
    this.endLapse();
    this.show(seq);
  }

  now(): void {
    this.endLapse();
    this.goToNow();
  }

  /** Show all that was edited, from the oldest moment to now. */
  lapse(): void {
    this.endLapse();
    void this.learn();
    const [from, to, start] = [this.oldest.value, this.head.value, performance.now()];
    this.isLapsing.value = true;
    this.lapseTimer = setInterval(() => {
      const seq = lapseAt(performance.now() - start, from, to);
      if (seq === null) this.now();
      else this.show(seq);
    }, LAPSE_STEP_MS);
  }

  /** The moment that it has come to stays. */
  endLapse(): void {
    if (this.lapseTimer !== null) clearInterval(this.lapseTimer);
    this.lapseTimer = null;
    this.isLapsing.value = false;
  }

  private goToNow(): void {
    this.wanted.value = null;
    this.studio.moment.value = null;
  }

  private show(seq: number): void {
    if (seq >= this.head.value) {
      this.goToNow();
      return;
    }
    const kept = this.kept.get(seq);
    this.wanted.value = kept === undefined ? seq : null;
    if (kept === undefined) void this.ask();
    else if (this.studio.moment.value !== kept) this.studio.moment.value = kept;
  }

  /** One question at a time; what the slider has passed meanwhile is left out. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    for (let seq = this.wanted.value; seq !== null; seq = this.wanted.value) {
      const isThere = await this.studio.showMoment(seq, () => this.wanted.value !== null);
      const { value: moment } = this.studio.moment;
      if (isThere && this.wanted.value !== null && moment !== null) this.kept.keep(seq, moment);
      if (!isThere) this.giveUp();
      else if (this.wanted.value === seq) this.wanted.value = null;
    }
    this.isAsking = false;
  }

  private giveUp(): void {
    this.endLapse();
    this.wanted.value = null;
  }
}

/** Follows the slider: a moment that is here is shown at once, else the one that was asked for last as soon as it is. */

import { signal, type Signal } from "@preact/signals";
import type { Past, PastMoment, Room, Stop } from "@prime/client";

import type { Studio } from "../studio.js";
import type { EditList } from "./edit_list.js";
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
  readonly edits: EditList;
  /** Moments that need no call. */
  private readonly past: Past;
  private isAsking = false;
  private isSurrounding = false;
  private lapseTimer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly studio: Studio, private readonly room: Room, edits: EditList) {
    this.head = signal(room.position?.seq ?? 0);
    this.past = studio.past ?? studio.client.past(room.project);
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

  /** A hand is on the slider: what it will pass is got before. */
  prepare(): void {
    void this.learn();
    if (this.head.value > this.oldest.value) this.surround(this.head.value);
  }

  /** Get the moments around one, too. What fails here fails for a step that needs it as well, and is told then. */
  private surround(seq: number): void {
    if (this.isSurrounding) return;
    this.isSurrounding = true;
    this.past.reach(seq).catch(() => {}).finally(() => { this.isSurrounding = false; });
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
    this.prepare();
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
    const songThen = this.past.at(seq);
    this.wanted.value = songThen === null ? seq : null;
    if (songThen === null) void this.ask();
    else this.put(songThen);
  }

  private put({ seq, state }: PastMoment): void {
    const { value: shown } = this.studio.moment;
    if (shown?.song !== state || shown.seq !== seq) this.studio.moment.value = { seq, title: `after edit ${seq}`, song: state };
  }

  /** One question at a time; what the slider has passed meanwhile is left out. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    for (let seq = this.wanted.value; seq !== null; seq = this.wanted.value) {
      const songThen = this.past.at(seq);
      if (songThen !== null) this.put(songThen);
      else if (!(await this.fetched(seq))) this.giveUp();
      if (this.wanted.value === seq) this.wanted.value = null;
    }
    this.isAsking = false;
  }

  /** Shows one moment by itself, while those around it are got; false: it cannot be had, and that is told. */
  private async fetched(seq: number): Promise<boolean> {
    this.surround(seq);
    return this.studio.showMoment(seq, () => this.wanted.value !== null);
  }

  private giveUp(): void {
    this.endLapse();
    this.wanted.value = null;
  }
}

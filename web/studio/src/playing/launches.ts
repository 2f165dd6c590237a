/** Clips in slots that play on their tracks in place of the song's clips; only who launched them hears it. */

import { signal, type Signal } from "@preact/signals";

import type { PlayedClip } from "../timeline/clip_passes.js";

/** A clip that plays, from a beat of the song on. */
export interface Running {
  readonly clip: string;
  readonly since: number;
}

export type RunningByTrack = ReadonlyMap<string, Running>;

/** Beats of the song, and what plays on tracks meanwhile. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly running: RunningByTrack;
}

export class Launches {
  readonly running: Signal<RunningByTrack> = signal(new Map());
  /** Track -> the clip that plays from the next bar on; null: the song does again. */
  readonly waiting: Signal<ReadonlyMap<string, string | null>> = signal(new Map());

  /** From the next bar on; null: back to the song, if anything else plays or waits. */
  launch(track: string, clip: string | null): void {
    const waiting = new Map(this.waiting.peek());
    if (clip === null && !this.running.peek().has(track)) waiting.delete(track);
    else waiting.set(track, clip);
    this.waiting.value = waiting;
  }

  /** All tracks, from the next bar on. */
  backToSong(): void {
    this.waiting.value = new Map([...this.running.peek().keys()].map((track) => [track, null]));
  }

  /** What waits begins at a beat. */
  begin(beat: number): void {
    if (this.waiting.peek().size === 0) return;
    const running = new Map(this.running.peek());
    for (const [track, clip] of this.waiting.peek()) {
      if (clip === null) running.delete(track);
      else running.set(track, { clip, since: beat });
    }
    this.running.value = running;
    this.waiting.value = new Map();
  }

  clear(): void {
    this.running.value = new Map();
    this.waiting.value = new Map();
  }

  /** What is to be played from one beat to another; what waits begins with the bar in between. `bar`: a beat; null: none begins there. */
  parts(from: number, to: number, bar: number | null): Part[] {
    const before = this.running.peek();
    if (bar === null || this.waiting.peek().size === 0) return [{ from, to, running: before }];
    this.begin(bar);
    const after = { from: bar, to, running: this.running.peek() };
    return bar > from ? [{ from, to: bar, running: before }, after] : [after];
  }
}

/** The clip as if it lay in the song, so that it plays at a beat: a loop goes on for ever, also where the song has jumped back to in front of its start. */
export function asInSong<Clip extends PlayedClip>(clip: Clip, since: number, beat: number): Clip {
  const { loopStart, loopEnd } = clip;
  if (loopStart === null || loopEnd === null || loopEnd <= loopStart) return { ...clip, time: since };
  const length = loopEnd - loopStart;
  const passes = Math.max(0, Math.ceil((since - beat) / length));
  return { ...clip, time: since - passes * length, duration: Infinity };
}

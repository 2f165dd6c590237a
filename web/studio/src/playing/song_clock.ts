/** Which beat of the song is heard at which second of the audio clock: tempo, jumps and loops. Pure; it is told the time. */

import type { TempoMap } from "@prime/client";

export interface Loop {
  readonly start: number;
  readonly end: number;
}

/** Beats of the song that follow one another, to be scheduled. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** The second of the audio clock at which a beat of the stretch is heard. */
  at(beat: number): number;
}

/** The song's second that is heard at a second of the audio clock. */
interface Anchor {
  readonly at: number;
  readonly second: number;
}

/** A loop that takes less is not looped: it would be a tone. */
const LEAST_LOOP_SECONDS = 0.05;

/** What should have been heard so long ago, or longer, is not given any more: after a sleep all of it would sound at once. */
const LATE_SECONDS = 0.1;

/** Passes of a loop that are known at once: more than are ever ahead. */
const MOST_ANCHORS = 16;

export class SongClock {
  /** By time; each pass of a loop has one, and the last may lie ahead. */
  private anchors: readonly Anchor[];
  /** Up to which beat stretches were given. */
  private given: number;

  /** `beat` is heard at second `at`. */
  constructor(private tempo: TempoMap, beat: number, at: number) {
    this.anchors = [{ at, second: tempo.seconds(beat) }];
    this.given = beat;
  }

  /** In beats; in front of the start, the start. */
  beatAt(time: number): number {
    const anchor = this.anchors.findLast(({ at }) => at <= time) ?? this.anchors[0]!;
    return this.tempo.beats(anchor.second + Math.max(0, time - anchor.at));
  }

  /** Whether nobody has asked for so long that what comes next should have been heard before. */
  isLate(now: number): boolean {
    const { at, second } = this.anchors.at(-1)!;
    return at + this.tempo.seconds(this.given) - second < now - LATE_SECONDS;
  }

  /** What is heard up to second `until` and was not given yet. A loop is entered from in front of it, and never left. */
  stretchesUntil(until: number, loop: Loop | null, now: number): Stretch[] {
    const stretches: Stretch[] = [];
    const { tempo } = this;
    const loops = loop !== null && tempo.seconds(loop.end) - tempo.seconds(loop.start) >= LEAST_LOOP_SECONDS;
    if (this.isLate(now)) this.catchUp(now, loops ? loop : null);
    while (stretches.length < MOST_ANCHORS) {
      const anchor = this.anchors.at(-1)!;
      const at = (beat: number): number => anchor.at + tempo.seconds(beat) - anchor.second;
      const to = tempo.beats(anchor.second + until - anchor.at);
      const isTurn = loops && this.given < loop.end && to >= loop.end;
      const end = isTurn ? loop.end : to;
      if (end <= this.given) break;
      stretches.push({ from: this.given, to: end, at });
      this.given = isTurn ? loop.start : end;
      if (!isTurn) break;
      this.anchors = [...this.anchors.slice(1 - MOST_ANCHORS), { at: at(loop.end), second: tempo.seconds(loop.start) }];
    }
    return stretches;
  }

  /** Go on at what is heard at `now`, as if all before had been given. */
  private catchUp(now: number, loop: Loop | null): void {
    const { tempo } = this;
    const anchor = this.anchors.at(-1)!;
    let second = anchor.second + now - anchor.at;
    if (loop !== null && this.given < loop.end && tempo.beats(second) >= loop.end) {
      const [start, end] = [tempo.seconds(loop.start), tempo.seconds(loop.end)];
      second = start + ((second - end) % (end - start));
    }
    this.anchors = [{ at: now, second }];
    this.given = tempo.beats(second);
  }

  /** The tempo was edited: the beat that is heard at `now` stays. */
  setTempo(tempo: TempoMap, now: number): void {
    const beat = this.beatAt(now);
    const isSame = Math.abs(tempo.seconds(beat) - this.tempo.seconds(beat)) < 1e-6 && Math.abs(tempo.seconds(this.given) - this.tempo.seconds(this.given)) < 1e-6;
    if (!isSame) {
      this.anchors = [{ at: Math.max(now, this.anchors[0]!.at), second: tempo.seconds(beat) }];
      this.given = Math.max(this.given, beat);
    }
    this.tempo = tempo;
  }
}

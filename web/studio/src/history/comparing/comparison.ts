/** Two moments of a song next to each other: begun, kept up with what is edited, and ended. */

import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { differences, type Readable, type Room, type Stop } from "@prime/client";

import type { Studio } from "../../studio.js";
import { changeList, type Change } from "./change_list.js";
import { timelineMarks, type TimelineMarks } from "./timeline_marks.js";

/** One of the two moments. */
export interface Side {
  /** "“before the drop”", "now". */
  readonly title: string;
  readonly song: Readable;
  /** null: now, which goes on. */
  readonly seq: number | null;
}

/** What was edited is compared again at most once in so long. */
const EVERY_MS = 500;

interface Found {
  readonly changes: readonly Change[];
  readonly marks: TimelineMarks;
}

export class Comparison {
  private readonly latest: Signal<Found>;

  /** What became of `from` in `to`. */
  constructor(readonly from: Side, readonly to: Side) {
    this.latest = signal(this.compare());
  }

  get found(): ReadonlySignal<Found> {
    return this.latest;
  }

  /** Compare again whenever the room has changed; until `Stop`. */
  follow(room: Room, everyMs = EVERY_MS): Stop {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = room.onChange(() => {
      timer ??= setTimeout(() => {
        timer = null;
        this.latest.value = this.compare();
      }, everyMs);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }

  private compare(): Found {
    const [then, now] = [this.from.song, this.to.song];
    const differenceList = differences(then, now);
    return { changes: changeList(differenceList, then, now), marks: timelineMarks(then, now, differenceList) };
  }
}

/** The song as it is, and goes on to be. */
export function nowSide(room: Room): Side {
  return { title: "now", song: room, seq: null };
}

/** Compare, and show the second moment. */
export function beginComparing(studio: Studio, from: Side, to: Side): void {
  studio.comparison.value = new Comparison(from, to);
  showSide(studio, to);
}

/** Show one of the two on the time line. */
export function showSide(studio: Studio, { seq, song, title }: Side): void {
  if (seq === null) studio.moment.value = null;
  else if (studio.moment.value?.song !== song) studio.moment.value = { seq, title, song };
}

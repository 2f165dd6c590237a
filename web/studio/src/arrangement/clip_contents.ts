/** What is drawn inside of clips: notes and automation, gathered once a clip and kept until something of it changes. */

import type { Readable } from "@prime/client";

export interface DrawnNote {
  readonly time: number;
  readonly duration: number;
  readonly key: number;
}

export interface DrawnPoint {
  readonly time: number;
  /** 0 at the bottom of its lane to 1 at the top. */
  readonly height: number;
  readonly interp: string;
}

export interface Content {
  /** By time. */
  readonly notes: readonly DrawnNote[];
  readonly lowest: number;
  readonly highest: number;
  /** One list a lane, each by time. */
  readonly lanes: readonly (readonly DrawnPoint[])[];
}

export class ClipContents {
  /** Clip -> what is in it. */
  private readonly contents = new Map<string, Content>();
  /** Note or lane -> its clip, and point -> its lane: what is deleted can be asked no more. */
  private readonly owners = new Map<string, string>();

  constructor(private readonly song: Readable) {}

  /** `clip`: one that has content of its own, and not that of another (`ref`). */
  of(clip: string): Content {
    let content = this.contents.get(clip);
    if (content === undefined) this.contents.set(clip, (content = this.gathered(clip)));
    return content;
  }

  /** Collection -> ids that may have changed; null: all of it. */
  forget(touched: ReadonlyMap<string, ReadonlySet<string>> | null): void {
    if (touched === null) {
      this.contents.clear();
      this.owners.clear();
      return;
    }
    for (const id of touched.get("notes") ?? []) this.forgetOwner(id, this.song.get("notes", id)?.clip);
    for (const id of touched.get("lanes") ?? []) this.forgetOwner(id, this.song.get("lanes", id)?.clip);
    for (const id of touched.get("points") ?? []) {
      for (const lane of [this.owners.get(id), this.song.get("points", id)?.lane]) {
        if (lane !== undefined) this.forgetOwner(lane, this.song.get("lanes", lane)?.clip);
      }
    }
  }

  private forgetOwner(id: string, now: string | null | undefined): void {
    for (const clip of [this.owners.get(id), now]) if (clip != null) this.contents.delete(clip);
  }

  private gathered(clip: string): Content {
    const notes: DrawnNote[] = [];
    let [lowest, highest] = [127, 0];
    for (const id of this.song.by("notes", "clip", clip)) {
      const note = this.song.get("notes", id);
      if (note === undefined) continue;
      this.owners.set(id, clip);
      notes.push(note);
      lowest = Math.min(lowest, note.key);
      highest = Math.max(highest, note.key);
    }
    notes.sort(byTime);
    return { notes, lowest, highest, lanes: this.lanesOf(clip) };
  }

  private lanesOf(clip: string): DrawnPoint[][] {
    const lanes: DrawnPoint[][] = [];
    for (const lane of this.song.by("lanes", "clip", clip)) {
      this.owners.set(lane, clip);
      const points = [];
      for (const id of this.song.by("points", "lane", lane)) {
        const point = this.song.get("points", id);
        this.owners.set(id, lane);
        if (point !== undefined) points.push({ ...point, id });
      }
      points.sort((a, b) => a.time - b.time || a.slot - b.slot || (a.id < b.id ? -1 : 1));
      const unit = this.song.get("lanes", lane)?.unit;
      const [low, high] = rangeOf(points.map(({ value }) => value), unit === "normalized" || unit === "linear");
      lanes.push(points.map(({ time, value, interp }) => ({ time, height: (value - low) / (high - low), interp })));
    }
    return lanes.filter((points) => points.length > 0);
  }
}

/** What the bottom and the top of a lane stand for. */
function rangeOf(values: readonly number[], isPart: boolean): [number, number] {
  let [low, high] = isPart ? [0, 1] : [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? [low, high] : [low - 1, low + 1];
}

function byTime(a: DrawnNote, b: DrawnNote): number {
  return a.time - b.time;
}

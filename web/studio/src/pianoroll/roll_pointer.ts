/** Mouse and fingers on the notes: in the open one draws, a drag moves, resizes, frames, or sets how loud. */

import type { Gesture, Room } from "@prime/client";

import { snapped } from "../timeline/grid.js";
import { remove, within } from "./note_edits.js";
import { KEYS_WIDTH, LEAST_NOTE, type Note, type Window, timeAt, keyAt, type NoteHit, noteAt, VELOCITY_LANE_HEIGHT } from "./note_places.js";
import { stemAt, velocityAt } from "./velocity_lane.js";

/** What the pointer needs of the roll. */
export interface Roll {
  readonly room: Room | null;
  readonly clip: string;
  readonly window: Window;
  /** In beats. */
  readonly grid: number;
  /** Of the canvas, in pixels. */
  readonly height: number;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  select(ids: readonly string[]): void;
  /** Notes as they are shown while they are dragged, by id; null: as they are. */
  drag(moved: ReadonlyMap<string, Note> | null): void;
  /** What is framed; null: nothing. */
  frame(corners: readonly [x: number, y: number, x: number, y: number] | null): void;
}

type Press =
  | { readonly kind: "none" }
  | { readonly kind: "frame"; readonly x: number; readonly y: number }
  | { readonly kind: "new-note"; readonly room: Room; readonly note: Note }
  | { readonly kind: "move" | "resize" | "velocity"; readonly x: number; readonly y: number; readonly notes: readonly Note[]; readonly gesture: Gesture<unknown> };

/** Beats below which two times are one. */
const NEAR = 1e-6;

/** Of a note that is not written yet. */
export const DRAFT = "draft";

export class RollPointer {
  private press: Press = { kind: "none" };
  private moved: ReadonlyMap<string, Note> | null = null;
  /** Whether they were on another key since the press: what never changed is no part of the edit. */
  private hasLeftKey = false;

  constructor(private readonly roll: Roll) {}

  /** Returns whether it is on a note. */
  down(x: number, y: number, adds: boolean): boolean {
    const { roll } = this;
    const hit = y < roll.height - VELOCITY_LANE_HEIGHT ? noteAt(roll.window, roll.notes, x, y) : null;
    if (x < KEYS_WIDTH) return false;
    if (hit !== null) this.pressNote(hit, x, y, adds);
    else if (y >= roll.height - VELOCITY_LANE_HEIGHT) this.pressVelocity(x, y);
    else this.pressOpen(x, y, adds);
    return hit !== null;
  }

  private pressNote(hit: NoteHit, x: number, y: number, adds: boolean): void {
    const { roll } = this;
    const { id } = hit.note;
    const selected = adds ? toggled(roll.selected, id) : roll.selected.has(id) ? [...roll.selected] : [id];
    roll.select(selected);
    if (roll.room === null) return;
    const notes = roll.notes.filter((note) => selected.includes(note.id));
    this.press = { kind: hit.isEnd ? "resize" : "move", x, y, notes, gesture: roll.room.gesture() };
  }

  move(x: number, y: number, isFree: boolean): void {
    const { press, roll } = this;
    switch (press.kind) {
      case "none": return;
      case "frame": return this.frameTo(press.x, press.y, x, y);
      case "new-note": {
        const end = snapped(timeAt(roll.window, x) + roll.grid / 2, isFree ? 0 : roll.grid);
        return this.show([{ ...press.note, duration: Math.max(roll.grid, end - press.note.time) }]);
      }
      default: this.show(press.notes.map((note) => this.dragged(press, note, x, y, isFree ? 0 : roll.grid)));
    }
    if (this.moved === null) return;
    this.hasLeftKey ||= press.notes.some(({ id, key }) => this.moved?.get(id)?.key !== key);
    for (const [id, { time, duration, key, vel }] of this.moved) press.gesture.set("notes", id, press.kind === "velocity" ? { vel } : press.kind === "resize" ? { duration } : this.hasLeftKey ? { time, key } : { time });
  }

  up(): void {
    const { press, roll, moved } = this;
    this.rest();
    if (press.kind === "new-note") this.write(press.room, moved?.get(DRAFT) ?? press.note);
    if (press.kind === "none" || press.kind === "frame" || press.kind === "new-note") return;
    const isChanged = press.notes.some((note) => {
      const to = moved?.get(note.id);
      return to !== undefined && (to.time !== note.time || to.duration !== note.duration || to.key !== note.key || to.vel !== note.vel);
    });
    if (isChanged && roll.room !== null) press.gesture.end();
    else press.gesture.cancel();
  }

  cancel(): void {
    if ("gesture" in this.press) this.press.gesture.cancel();
    this.rest();
  }

  /** A double click: the note under it is deleted. */
  double(x: number, y: number): void {
    const { roll } = this;
    if (roll.room === null || y >= roll.height - VELOCITY_LANE_HEIGHT) return;
    const hit = noteAt(roll.window, roll.notes, x, y);
    if (hit === null) return;
    remove(roll.room, [hit.note]);
    roll.select([]);
  }

  private rest(): void {
    this.press = { kind: "none" };
    this.moved = null;
    this.hasLeftKey = false;
    this.roll.drag(null);
    this.roll.frame(null);
  }

  private show(notes: readonly Note[]): void {
    this.moved = new Map(notes.map((note) => [note.id, note]));
    this.roll.drag(this.moved);
  }

  private pressVelocity(x: number, y: number): void {
    const { roll } = this;
    const note = stemAt(roll.window, roll.notes, roll.selected, x);
    if (note === null || roll.room === null) return;
    const isOfMany = roll.selected.has(note.id);
    if (!isOfMany) roll.select([note.id]);
    const notes = isOfMany ? roll.notes.filter(({ id }) => roll.selected.has(id)) : [note];
    this.press = { kind: "velocity", x, y, notes, gesture: roll.room.gesture() };
    this.move(x, y, false);
  }

  private pressOpen(x: number, y: number, adds: boolean): void {
    const { roll } = this;
    if (roll.room === null || adds) {
      this.press = { kind: "frame", x, y };
      if (!adds) roll.select([]);
      return;
    }
    const time = Math.floor(timeAt(roll.window, x) / roll.grid + 1e-9) * roll.grid;
    const key = keyAt(roll.window, y);
    const noteThere = roll.notes.findLast((each) => each.key === key && Math.abs(each.time - time) < NEAR);
    if (noteThere !== undefined) {
      this.pressNote({ note: noteThere, isEnd: false }, x, y, adds); // a short note leaves the rest of its cell: another one would lie on it
      return;
    }
    const note = { id: DRAFT, time, duration: Math.max(roll.grid, LEAST_NOTE), key, vel: 0.8 };
    this.press = { kind: "new-note", room: roll.room, note };
    this.show([note]);
  }

  private frameTo(x: number, y: number, toX: number, toY: number): void {
    const { roll } = this;
    roll.frame([x, y, toX, toY]);
    roll.select(within(roll.notes, [timeAt(roll.window, x), timeAt(roll.window, toX)], [keyAt(roll.window, y), keyAt(roll.window, toY)]));
  }

  private dragged(press: { kind: string; x: number; y: number }, note: Note, x: number, y: number, grid: number): Note {
    const { window, height } = this.roll;
    const beats = snappedStep((x - press.x) / window.scale, grid);
    if (press.kind === "velocity") return { ...note, vel: velocityAt(y, height - VELOCITY_LANE_HEIGHT) };
    if (press.kind === "resize") return { ...note, duration: Math.max(LEAST_NOTE, note.duration + beats) };
    const keys = keyAt(window, y) - keyAt(window, press.y);
    return { ...note, time: Math.max(0, note.time + beats), key: Math.min(127, Math.max(0, note.key + keys)) };
  }

  private write(room: Room, { time, duration, key, vel }: Note): void {
    let id = "";
    room.edit((tx) => { id = tx.insert("notes", { clip: this.roll.clip, time, duration, key, vel }); });
    this.roll.select([id]);
  }
}

function toggled(selected: ReadonlySet<string>, id: string): string[] {
  return selected.has(id) ? [...selected].filter((each) => each !== id) : [...selected, id];
}

function snappedStep(beats: number, grid: number): number {
  return grid === 0 ? beats : beats < 0 ? -snapped(-beats, grid) : snapped(beats, grid);
}

/** Mouse and fingers on the notes: a click in the open draws one, a drag moves or resizes what is selected. */

import type { Gesture, Room } from "@prime/client";

import { snapped } from "../timeline/axis.js";
import { gridOf, keyAt, KEYS_WIDTH, LEAST_NOTE, noteAt, timeAt, type Note, type Window } from "./roll_view.js";

/** What the pointer needs of the roll. */
export interface Roll {
  readonly room: Room | null;
  readonly clip: string;
  readonly window: Window;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  select(ids: readonly string[]): void;
  /** Where notes are shown while they are dragged; null: where they are. */
  drag(moved: ReadonlyMap<string, Note> | null): void;
}

type Press =
  | { readonly kind: "none" }
  | { readonly kind: "move" | "resize"; readonly x: number; readonly y: number; readonly notes: readonly Note[]; readonly gesture: Gesture<unknown> };

export class RollPointer {
  private press: Press = { kind: "none" };
  private moved: ReadonlyMap<string, Note> | null = null;

  constructor(private readonly roll: Roll) {}

  down(x: number, y: number, adds: boolean): void {
    const { roll } = this;
    if (x < KEYS_WIDTH) return;
    const hit = noteAt(roll.window, roll.notes, x, y);
    if (hit === null) {
      if (roll.room === null || adds) roll.select([]);
      else this.drawNote(roll.room, x, y);
      return;
    }
    const { id } = hit.note;
    const selected = adds ? toggled(roll.selected, id) : roll.selected.has(id) ? [...roll.selected] : [id];
    roll.select(selected);
    if (roll.room === null) return;
    const notes = roll.notes.filter((note) => selected.includes(note.id));
    this.press = { kind: hit.isEnd ? "resize" : "move", x, y, notes, gesture: roll.room.gesture() };
  }

  move(x: number, y: number, isFree: boolean): void {
    const { press, roll } = this;
    if (press.kind === "none") return;
    const grid = isFree ? 0 : gridOf(roll.window);
    const beats = snappedStep((x - press.x) / roll.window.scale, grid);
    const keys = keyAt(roll.window, y) - keyAt(roll.window, press.y);
    this.moved = new Map(press.notes.map((note) => [note.id, press.kind === "resize"
      ? { ...note, duration: Math.max(LEAST_NOTE, note.duration + beats) }
      : { ...note, time: Math.max(0, note.time + beats), key: Math.min(127, Math.max(0, note.key + keys)) }]));
    for (const [id, { time, duration, key }] of this.moved) press.gesture.set("notes", id, { time, duration, key });
    roll.drag(this.moved);
  }

  up(): void {
    const { press, roll, moved } = this;
    this.press = { kind: "none" };
    this.moved = null;
    roll.drag(null);
    if (press.kind === "none") return;
    const isChanged = press.notes.some((note) => {
      const to = moved?.get(note.id);
      return to !== undefined && (to.time !== note.time || to.duration !== note.duration || to.key !== note.key);
    });
    if (isChanged) press.gesture.end();
    else press.gesture.cancel();
  }

  cancel(): void {
    if (this.press.kind !== "none") this.press.gesture.cancel();
    this.press = { kind: "none" };
    this.moved = null;
    this.roll.drag(null);
  }

  private drawNote(room: Room, x: number, y: number): void {
    const { window, clip } = this.roll;
    const grid = gridOf(window);
    const time = Math.floor(timeAt(window, x) / grid) * grid;
    let id = "";
    room.edit((tx) => { id = tx.insert("notes", { clip, time, duration: Math.max(grid, LEAST_NOTE), key: keyAt(window, y) }); });
    this.roll.select([id]);
  }
}

function toggled(selected: ReadonlySet<string>, id: string): string[] {
  return selected.has(id) ? [...selected].filter((each) => each !== id) : [...selected, id];
}

function snappedStep(beats: number, grid: number): number {
  return grid === 0 ? beats : beats < 0 ? -snapped(-beats, grid) : snapped(beats, grid);
}

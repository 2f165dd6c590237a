/** Where notes lie in the piano roll, and what lies under the mouse. Pure. */

import type { Readable } from "@prime/client";

export const KEYS_WIDTH = 44;

/** In pixels: the lane below the notes. */
export const VELOCITY_LANE_HEIGHT = 46;

export const LEAST_NOTE = 1 / 32;
const EDGE_PIXELS = 5;

export interface Note {
  readonly id: string;
  readonly time: number;
  readonly duration: number;
  readonly key: number;
  readonly vel: number;
}

/** The part that is seen: beats of the clip's content, and keys from the top down. */
export interface Window {
  readonly start: number;
  /** Pixels a beat. */
  readonly scale: number;
  readonly topKey: number;
  /** Pixels a key. */
  readonly keyHeight: number;
}

/** Of a clip, by time. */
export function notesOf(song: Readable, clip: string): Note[] {
  const notes: Note[] = [];
  for (const id of song.by("notes", "clip", clip)) {
    const note = song.get("notes", id);
    if (note !== undefined) notes.push({ id, time: note.time, duration: note.duration, key: note.key, vel: note.vel });
  }
  return notes.sort((a, b) => a.time - b.time || a.key - b.key || (a.id < b.id ? -1 : 1));
}

/** What is seen at first: all notes, and two octaves at least. `length`: of the content, in beats. */
export function windowOver(notes: readonly Note[], length: number, width: number, height: number): Window {
  const keys = notes.map(({ key }) => key);
  const [low, high] = keys.length === 0 ? [54, 78] : [Math.min(...keys) - 2, Math.max(...keys) + 2];
  const count = Math.max(24, high - low + 1);
  const notesHeight = height - VELOCITY_LANE_HEIGHT;
  const end = notes.reduce((most, { time, duration }) => Math.max(most, time + duration), Math.max(1, length));
  return { start: 0, scale: Math.max(4, (width - KEYS_WIDTH - 8) / end), topKey: Math.min(127, high + Math.floor((count - (high - low + 1)) / 2)), keyHeight: Math.max(5, Math.min(16, notesHeight / count)) };
}

export function boxOf(window: Window, { time, duration, key }: Pick<Note, "time" | "duration" | "key">): [x: number, y: number, width: number, height: number] {
  return [KEYS_WIDTH + (time - window.start) * window.scale, (window.topKey - key) * window.keyHeight, Math.max(3, duration * window.scale - 1), window.keyHeight - 1];
}

export function timeAt(window: Window, x: number): number {
  return Math.max(0, window.start + (x - KEYS_WIDTH) / window.scale);
}

export function keyAt(window: Window, y: number): number {
  return Math.min(127, Math.max(0, window.topKey - Math.floor(y / window.keyHeight)));
}

export interface NoteHit {
  readonly note: Note;
  readonly isEnd: boolean;
}

/** The one on top: the last. A note reaches to the next row and to its end, though a gap is drawn there: a click beside it would write another into it. */
export function noteAt(window: Window, notes: readonly Note[], x: number, y: number): NoteHit | null {
  for (let at = notes.length - 1; at >= 0; at -= 1) {
    const note = notes[at]!;
    const [left, , drawn] = boxOf(window, note);
    const width = Math.max(drawn, note.duration * window.scale);
    if (x >= left && x < left + width && keyAt(window, y) === note.key) return { note, isEnd: left + width - x < Math.min(EDGE_PIXELS, width / 3) };
  }
  return null;
}

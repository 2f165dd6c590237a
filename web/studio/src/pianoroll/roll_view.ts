/** The notes of a clip on a canvas: what is seen of them, and what lies under the mouse. Pure but for the drawing. */

import type { Readable } from "@prime/client";

import { isolated } from "../arrangement/drawing/letters.js";
import type { Colours } from "../arrangement/colours.js";

export const KEYS_WIDTH = 44;
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

/** Shows all notes, and two octaves at least. `length`: of the content, in beats. */
export function windowOver(notes: readonly Note[], length: number, width: number, height: number): Window {
  const keys = notes.map(({ key }) => key);
  const [low, high] = keys.length === 0 ? [54, 78] : [Math.min(...keys) - 2, Math.max(...keys) + 2];
  const count = Math.max(24, high - low + 1);
  const end = notes.reduce((most, { time, duration }) => Math.max(most, time + duration), Math.max(1, length));
  return { start: 0, scale: Math.max(4, (width - KEYS_WIDTH - 8) / end), topKey: Math.min(127, high + Math.floor((count - (high - low + 1)) / 2)), keyHeight: Math.max(5, Math.min(16, height / count)) };
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

/** The one on top: the last. */
export function noteAt(window: Window, notes: readonly Note[], x: number, y: number): NoteHit | null {
  for (let at = notes.length - 1; at >= 0; at -= 1) {
    const note = notes[at]!;
    const [left, top, width, height] = boxOf(window, note);
    if (x >= left && x <= left + width && y >= top && y <= top + height) return { note, isEnd: left + width - x < Math.min(EDGE_PIXELS, width / 3) };
  }
  return null;
}

/** The finest grid whose steps are ten pixels wide. */
export function gridOf({ scale }: Window): number {
  return [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1].find((beats) => beats * scale >= 10) ?? 1;
}

interface Scene {
  readonly window: Window;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  /** Note -> the colour of who has it selected. */
  readonly taken: ReadonlyMap<string, string>;
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
  /** Beats of the content that the clip plays. */
  readonly played: readonly [from: number, to: number];
}

const BLACK = new Set([1, 3, 6, 8, 10]);

export function drawRoll(paint: CanvasRenderingContext2D, scene: Scene): void {
  const { window, colours, width, height } = scene;
  paint.fillStyle = colours.ground;
  paint.fillRect(0, 0, width, height);
  drawKeys(paint, scene);
  const grid = gridOf(window);
  paint.fillStyle = colours.line;
  for (let time = Math.ceil(window.start / grid) * grid; time < window.start + width / window.scale; time += grid) {
    paint.globalAlpha = time % 4 === 0 ? 1 : time % 1 === 0 ? 0.6 : 0.25;
    paint.fillRect(Math.round(KEYS_WIDTH + (time - window.start) * window.scale), 0, 1, height);
  }
  paint.globalAlpha = 0.35;
  paint.fillStyle = colours.surface;
  const [from, to] = scene.played.map((time) => KEYS_WIDTH + (time - window.start) * window.scale) as [number, number];
  paint.fillRect(KEYS_WIDTH, 0, Math.max(0, from - KEYS_WIDTH), height);
  paint.fillRect(Math.max(KEYS_WIDTH, to), 0, width, height);
  paint.globalAlpha = 1;
  for (const note of scene.notes) drawNote(paint, scene, note);
}

function drawKeys(paint: CanvasRenderingContext2D, { window, colours, width, height }: Scene): void {
  paint.font = "9px system-ui, sans-serif";
  paint.textBaseline = "middle";
  for (let key = window.topKey; key >= 0; key -= 1) {
    const y = (window.topKey - key) * window.keyHeight;
    if (y > height) break;
    const isBlack = BLACK.has(key % 12);
    paint.fillStyle = colours.surface;
    if (!isBlack) paint.fillRect(KEYS_WIDTH, y, width, window.keyHeight - 1);
    paint.fillStyle = isBlack ? "#22272e" : "#e8ecf1";
    paint.fillRect(0, y, KEYS_WIDTH - 4, window.keyHeight - 1);
    if (key % 12 !== 0) continue;
    paint.fillStyle = "#14171c";
    paint.fillText(`C${key / 12 - 1}`, 4, y + window.keyHeight / 2);
  }
}

function drawNote(paint: CanvasRenderingContext2D, scene: Scene, note: Note): void {
  const [x, y, width, height] = boxOf(scene.window, note);
  if (x + width < KEYS_WIDTH || x > scene.width || y + height < 0 || y > scene.height) return;
  const left = Math.max(KEYS_WIDTH, x);
  const isSelected = scene.selected.has(note.id);
  paint.globalAlpha = 0.45 + 0.55 * note.vel;
  paint.fillStyle = isSelected ? scene.colours.text : scene.colours.accent;
  paint.fillRect(left, y, x + width - left, height);
  paint.globalAlpha = 1;
  const taken = scene.taken.get(note.id);
  if (taken === undefined) return;
  paint.strokeStyle = taken;
  paint.lineWidth = 2;
  paint.strokeRect(left, y, x + width - left, height);
}

/** A title above the notes. */
export function titleOf(song: Readable, clip: string): string {
  const entity = song.get("clips", clip);
  return isolated(entity?.name || song.get("tracks", entity?.track ?? "")?.name || "Clip");
}

/** Draws the notes of a clip on a canvas. */

import type { Colours } from "../canvas/theme_colours.js";
import type { Mark } from "../timeline/bar_marks.js";
import { boxOf, KEYS_WIDTH, type Note, type Window, VELOCITY_LANE_HEIGHT } from "./note_places.js";
import { finestVisibleStep } from "./note_grid.js";
import { drawVelocities } from "./velocity_lane.js";

export interface Scene {
  readonly window: Window;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  /** Note -> the colour of who has it selected. */
  readonly taken: ReadonlyMap<string, string>;
  /** Note -> who moves it just now, and where it was. */
  readonly moved: ReadonlyMap<string, { readonly name: string; readonly colour: string; readonly was: Note }>;
  readonly isDrum: boolean;
  /** In beats. */
  readonly grid: number;
  /** Bars and beats of the song, by beats of the content. */
  readonly bars: readonly Mark[];
  readonly frame: readonly [x: number, y: number, x: number, y: number] | null;
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
  /** Beats of the content that the clip plays. */
  readonly played: readonly [from: number, to: number];
}

/** By the keys of General MIDI. */
const DRUM_NAMES: { readonly [key: number]: string } = {
  35: "Kick", 36: "Kick", 37: "Rim", 38: "Snare", 39: "Clap", 40: "Snare", 41: "Tom", 42: "Hat", 43: "Tom", 44: "Pedal", 45: "Tom", 46: "Open hat",
  47: "Tom", 48: "Tom", 49: "Crash", 50: "Tom", 51: "Ride", 53: "Bell", 54: "Shaker", 56: "Cowbell", 57: "Crash",
};

const BLACK_KEY = "#22272e";
const WHITE_KEY = "#e8ecf1";
const BLACK = new Set([1, 3, 6, 8, 10]);

export function drawRoll(paint: CanvasRenderingContext2D, scene: Scene): void {
  const { window, colours, width, height } = scene;
  paint.fillStyle = colours.ground;
  paint.fillRect(0, 0, width, height);
  drawKeys(paint, scene);
  drawGrid(paint, scene);
  paint.globalAlpha = 0.35;
  paint.fillStyle = colours.surface;
  const [from, to] = scene.played.map((time) => KEYS_WIDTH + (time - window.start) * window.scale) as [number, number];
  paint.fillRect(KEYS_WIDTH, 0, Math.max(0, from - KEYS_WIDTH), height);
  paint.fillRect(Math.max(KEYS_WIDTH, to), 0, width, height);
  paint.globalAlpha = 1;
  for (const note of scene.notes) drawNote(paint, scene, note);
  drawVelocities(paint, scene);
  drawBarNumbers(paint, scene);
  if (scene.frame === null) return;
  const [x, y, toX, toY] = scene.frame;
  paint.strokeStyle = colours.text;
  paint.lineWidth = 1;
  paint.strokeRect(x, y, toX - x, toY - y);
}

function drawGrid(paint: CanvasRenderingContext2D, { window, colours, grid, bars, width, height }: Scene): void {
  const line = (time: number, alpha: number): void => {
    paint.globalAlpha = alpha;
    paint.fillRect(Math.round(KEYS_WIDTH + (time - window.start) * window.scale), 0, 1, height);
  };
  paint.fillStyle = colours.line;
  const step = Math.max(grid, finestVisibleStep(window.scale));
  for (let time = Math.ceil(window.start / step) * step; time < window.start + width / window.scale; time += step) line(time, 0.25);
  for (const { time, bar } of bars) line(time, bar === null ? 0.6 : 1);
  paint.globalAlpha = 1;
}

/** At the top, as in the ruler of the song. */
function drawBarNumbers(paint: CanvasRenderingContext2D, { window, colours, bars }: Scene): void {
  paint.font = "10px system-ui, sans-serif";
  paint.textBaseline = "middle";
  for (const { time, bar } of bars) {
    if (bar === null) continue;
    const x = Math.round(KEYS_WIDTH + (time - window.start) * window.scale) + 2;
    paint.fillStyle = colours.ground;
    paint.fillRect(x, 1, paint.measureText(`${bar}`).width + 4, 12);
    paint.fillStyle = colours.quiet;
    paint.fillText(`${bar}`, x + 2, 7);
  }
}

function drawKeys(paint: CanvasRenderingContext2D, { window, colours, width, height, isDrum }: Scene): void {
  for (let key = window.topKey; key >= 0; key -= 1) {
    const y = (window.topKey - key) * window.keyHeight;
    if (y > height) break;
    const isBlack = BLACK.has(key % 12);
    paint.fillStyle = colours.surface;
    if (!isBlack) paint.fillRect(KEYS_WIDTH, y, width, window.keyHeight - 1);
    paint.fillStyle = isBlack ? BLACK_KEY : WHITE_KEY;
    paint.fillRect(0, y, KEYS_WIDTH - 4, window.keyHeight - 1);
  }
  drawKeyNames(paint, window, height, isDrum);
}

/** Over all keys: a name is higher than a row that is zoomed out. */
function drawKeyNames(paint: CanvasRenderingContext2D, window: Window, height: number, isDrum: boolean): void {
  paint.font = "10px system-ui, sans-serif";
  paint.textBaseline = "middle";
  for (let key = window.topKey; key >= 0; key -= 1) {
    const y = (window.topKey - key) * window.keyHeight;
    if (y > height - VELOCITY_LANE_HEIGHT) break;
    const isBlack = BLACK.has(key % 12);
    const name = isDrum && window.keyHeight >= 8 ? (DRUM_NAMES[key] ?? "") : key % 12 === 0 ? `C${key / 12 - 1}` : "";
    if (name === "") continue;
    const width = paint.measureText(name).width + 4;
    paint.fillStyle = isBlack ? BLACK_KEY : WHITE_KEY;
    paint.fillRect(1, y + window.keyHeight / 2 - 6, width, 12);
    paint.fillStyle = isBlack ? WHITE_KEY : "#14171c";
    paint.fillText(name, 3, y + window.keyHeight / 2);
  }
}

function drawNote(paint: CanvasRenderingContext2D, scene: Scene, note: Note): void {
  const [x, y, width, height] = boxOf(scene.window, note);
  if (x + width < KEYS_WIDTH || x > scene.width || y + height < 0 || y > scene.height) return;
  const leftPixels = Math.max(KEYS_WIDTH, x);
  const isSelected = scene.selected.has(note.id);
  paint.globalAlpha = 0.45 + 0.55 * note.vel;
  paint.fillStyle = isSelected ? scene.colours.text : scene.colours.accent;
  paint.fillRect(leftPixels, y, x + width - leftPixels, height);
  paint.globalAlpha = 1;
  const mover = scene.moved.get(note.id);
  const moverColour = mover?.colour ?? scene.taken.get(note.id);
  if (moverColour === undefined) return;
  paint.strokeStyle = moverColour;
  paint.lineWidth = 2;
  paint.strokeRect(leftPixels, y, x + width - leftPixels, height);
  if (mover === undefined) return;
  const [wasX, wasY, wasWidth, wasHeight] = boxOf(scene.window, mover.was);
  paint.setLineDash([3, 3]);
  paint.lineWidth = 1;
  paint.strokeRect(wasX, wasY, wasWidth, wasHeight);
  paint.setLineDash([]);
  paint.fillStyle = moverColour;
  paint.fillText(mover.name, leftPixels, y - 6);
}

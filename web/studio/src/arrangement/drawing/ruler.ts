/** Draws the ruler: bars, tempo and signatures, markers, the loop, and below who edited where. */

import type { Readable } from "@prime/client";

import { xOf, type Axis } from "../../timeline/axis.js";
import type { Mark } from "../../timeline/bar_marks.js";
import { clipColour, lettersOn } from "../../canvas/clip_colours.js";
import type { Colours } from "../../canvas/theme_colours.js";
import { changeChips, markerChips, type Chip, type DraggedChip } from "../ruler/chips.js";
import { LETTERS } from "../../canvas/letters.js";

/** The style sheet has the same above the heads of the tracks. */
export const RULER_HEIGHT = 62;

/** Tops of the lines of the ruler: bars, then markers, then tempo and time signatures, then who edited. */
export const MARKERS_TOP = 18;
export const CHANGES_TOP = 36;
const HEAT_TOP = 53;
const HEAT_HEIGHT = 6;

/** Of a chip, in pixels. */
const CHIP_HEIGHT = 16;

/** An edit: at which beat of the song, and in whose colour. */
export interface Heat {
  readonly time: number;
  readonly colour: string;
  /** From 0, long ago, to 1, just now. */
  readonly warmth: number;
}

/** The loop as it is drawn: while an edge of it is dragged, there. */
export interface RulerLoop {
  readonly start: number;
  readonly end: number;
  readonly isOn: boolean;
}

export interface RulerScene {
  readonly song: Readable;
  readonly colours: Colours;
  readonly axis: Axis;
  readonly width: number;
  readonly heat: readonly Heat[];
  readonly dragged: DraggedChip | null;
  /** null: the song has none. */
  readonly loop: RulerLoop | null;
  /** What is selected of the ruler. */
  readonly chosen: ReadonlySet<string>;
}

/** Chips of the two lines, as they are drawn. */
export interface Chips {
  readonly markers: readonly Chip[];
  readonly changes: readonly Chip[];
}

export function drawRuler(paint: CanvasRenderingContext2D, scene: RulerScene, marks: readonly Mark[]): Chips {
  paint.fillStyle = scene.colours.surface;
  paint.fillRect(0, 0, scene.width, RULER_HEIGHT);
  paint.textBaseline = "top";
  drawLoop(paint, scene);
  drawBars(paint, scene, marks);
  const measure = (text: string): number => paint.measureText(text).width;
  paint.font = `600 10px ${LETTERS}`;
  const chips = { markers: markerChips(scene, measure), changes: changeChips(scene, measure) };
  drawMarkers(paint, scene, chips.markers);
  drawChanges(paint, scene, chips.changes);
  drawHeat(paint, scene);
  paint.fillStyle = scene.colours.line;
  paint.fillRect(0, RULER_HEIGHT - 1, scene.width, 1);
  return chips;
}

function drawLoop(paint: CanvasRenderingContext2D, { loop, axis, colours }: RulerScene): void {
  if (loop === null || loop.end <= loop.start) return;
  const x = xOf(axis, loop.start);
  const width = (loop.end - loop.start) * axis.scale;
  paint.fillStyle = loop.isOn ? colours.accent : colours.quiet;
  paint.globalAlpha = loop.isOn ? 0.16 : 0.07;
  paint.fillRect(x, 0, width, MARKERS_TOP);
  paint.globalAlpha = loop.isOn ? 1 : 0.5;
  paint.fillRect(x, 0, width, 3);
  paint.globalAlpha = 1;
}

function drawBars(paint: CanvasRenderingContext2D, { axis, colours }: RulerScene, marks: readonly Mark[]): void {
  paint.font = `11px ${LETTERS}`;
  for (const { time, bar } of marks) {
    const x = Math.round(xOf(axis, time));
    paint.fillStyle = colours.line;
    paint.fillRect(x, bar === null ? MARKERS_TOP - 4 : 3, 1, bar === null ? 4 : MARKERS_TOP - 3);
    paint.fillStyle = colours.quiet;
    if (bar !== null) paint.fillText(String(bar), x + 4, 5);
  }
}

/** The tempo and the signature at the beginning, and where they change. */
function drawChanges(paint: CanvasRenderingContext2D, { colours, chosen }: RulerScene, chips: readonly Chip[]): void {
  for (const { id, left, width, text } of chips) {
    const isChosen = chosen.has(id);
    paint.fillStyle = isChosen ? colours.text : text === "" ? colours.quiet : colours.raised;
    paint.beginPath();
    paint.roundRect(left, CHANGES_TOP, width, CHIP_HEIGHT - 1, 3);
    paint.fill();
    paint.fillStyle = isChosen ? colours.surface : colours.text;
    if (text !== "") paint.fillText(text, left + 4, CHANGES_TOP + 3);
  }
}

function drawMarkers(paint: CanvasRenderingContext2D, { song, colours, chosen }: RulerScene, chips: readonly Chip[]): void {
  for (const { id, left, width, text } of chips) {
    const colour = clipColour(song.get("markers", id)?.color, 0);
    paint.fillStyle = colour;
    paint.beginPath();
    paint.roundRect(left, MARKERS_TOP + 1, width, CHIP_HEIGHT, [0, 8, 8, 0]);
    paint.fill();
    paint.fillRect(left, MARKERS_TOP + 1, 2, RULER_HEIGHT - MARKERS_TOP - 1);
    paint.fillStyle = lettersOn(colour);
    paint.fillText(text, left + 5, MARKERS_TOP + 4, width - 8);
    if (!chosen.has(id)) continue;
    paint.strokeStyle = colours.text;
    paint.lineWidth = 2;
    paint.stroke();
  }
}

function drawHeat(paint: CanvasRenderingContext2D, { axis, width, heat }: RulerScene): void {
  for (const { time, colour, warmth } of heat) {
    const x = xOf(axis, time);
    if (x < -4 || x > width) continue;
    paint.globalAlpha = 0.3 + 0.7 * warmth;
    paint.fillStyle = colour;
    paint.fillRect(Math.round(x), HEAT_TOP, Math.max(3, Math.min(14, axis.scale)), HEAT_HEIGHT);
  }
  paint.globalAlpha = 1;
}

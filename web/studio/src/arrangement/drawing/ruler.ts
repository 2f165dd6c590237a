/** Draws the ruler: bars, tempo and signatures, markers, the loop, and below who edited where. */

import type { Readable } from "@prime/client";

import { xOf, type Axis, type Mark } from "../../timeline/axis.js";
import { clipColour, lettersOn, type Colours } from "../colours.js";
import { isolated, LETTERS } from "./letters.js";

export const RULER_HEIGHT = 48;

/** Tops of the lines of the ruler: bars, then what changes in the song, then who edited. */
const SONG_TOP = 18;
const HEAT_TOP = 38;
const HEAT_HEIGHT = 6;

/** A name of a marker takes at most so many pixels. */
const MOST_MARKER = 150;

/** An edit: at which beat of the song, and in whose colour. */
export interface Heat {
  readonly time: number;
  readonly colour: string;
  /** From 0, long ago, to 1, just now. */
  readonly warmth: number;
}

export interface RulerScene {
  readonly song: Readable;
  readonly colours: Colours;
  readonly axis: Axis;
  readonly width: number;
  readonly heat: readonly Heat[];
}

export function drawRuler(paint: CanvasRenderingContext2D, scene: RulerScene, marks: readonly Mark[]): void {
  paint.fillStyle = scene.colours.surface;
  paint.fillRect(0, 0, scene.width, RULER_HEIGHT);
  paint.textBaseline = "top";
  drawLoop(paint, scene);
  drawBars(paint, scene, marks);
  drawTempo(paint, scene);
  drawMarkers(paint, scene);
  drawHeat(paint, scene);
  paint.fillStyle = scene.colours.line;
  paint.fillRect(0, RULER_HEIGHT - 1, scene.width, 1);
}

function drawLoop(paint: CanvasRenderingContext2D, { song, axis, colours }: RulerScene): void {
  const transport = [...song.all("transport").values()][0];
  if (transport === undefined || transport.loopEnd <= transport.loopStart) return;
  const x = xOf(axis, transport.loopStart);
  const width = (transport.loopEnd - transport.loopStart) * axis.scale;
  paint.fillStyle = transport.loopOn ? colours.accent : colours.quiet;
  paint.globalAlpha = transport.loopOn ? 0.16 : 0.07;
  paint.fillRect(x, 0, width, SONG_TOP);
  paint.globalAlpha = transport.loopOn ? 1 : 0.5;
  paint.fillRect(x, 0, width, 3);
  paint.globalAlpha = 1;
}

function drawBars(paint: CanvasRenderingContext2D, { axis, colours }: RulerScene, marks: readonly Mark[]): void {
  paint.font = `11px ${LETTERS}`;
  for (const { time, bar } of marks) {
    const x = Math.round(xOf(axis, time));
    paint.fillStyle = colours.line;
    paint.fillRect(x, bar === null ? SONG_TOP - 4 : 3, 1, bar === null ? 4 : SONG_TOP - 3);
    paint.fillStyle = colours.quiet;
    if (bar !== null) paint.fillText(String(bar), x + 4, 5);
  }
}

/** The tempo and the signature at the beginning, and where they change. */
function drawTempo(paint: CanvasRenderingContext2D, { song, axis, width, colours }: RulerScene): void {
  paint.font = `10px ${LETTERS}`;
  const words = new Map<number, string>();
  for (const { time, num, den } of song.all("signatures").values()) words.set(time, `${num}/${den}`);
  for (const { time, bpm } of song.all("tempo").values()) words.set(time, `${words.has(time) ? `${words.get(time)}  ` : ""}${Math.round(bpm * 10) / 10} bpm`);
  let right = -Infinity;
  for (const [time, text] of [...words].sort(([a], [b]) => a - b)) {
    const x = xOf(axis, time) + 4;
    if (x < right || x > width) continue;
    paint.fillStyle = colours.quiet;
    paint.fillText(text, x, SONG_TOP + 5);
    right = x + paint.measureText(text).width + 8;
  }
}

function drawMarkers(paint: CanvasRenderingContext2D, { song, axis, width }: RulerScene): void {
  paint.font = `600 10px ${LETTERS}`;
  for (const { time, name, color } of song.all("markers").values()) {
    const x = Math.round(xOf(axis, time));
    if (x < -MOST_MARKER || x > width) continue;
    const colour = clipColour(color, 0);
    const text = isolated(name.slice(0, 40));
    const wide = Math.min(MOST_MARKER, paint.measureText(text).width + 10);
    paint.fillStyle = colour;
    paint.beginPath();
    paint.roundRect(x, SONG_TOP + 2, wide, 16, [0, 8, 8, 0]);
    paint.fill();
    paint.fillRect(x, SONG_TOP + 2, 2, RULER_HEIGHT - SONG_TOP - 2);
    paint.fillStyle = lettersOn(colour);
    paint.fillText(text, x + 5, SONG_TOP + 5, wide - 8);
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

/** The lane below the notes: a stem a note, as high as it is loud. */

import type { Colours } from "../canvas/theme_colours.js";
import { KEYS_WIDTH, VELOCITY_LANE_HEIGHT, type Note, type Window } from "./note_places.js";

/** The loudest stem leaves so much of the lane free. */
const PAD = 5;

/** A stem is taken from so many pixels away. */
const NEAR_PIXELS = 6;

/** Velocity (0 to 1) at a height; `top`: where the lane begins. */
export function velocityAt(y: number, top: number): number {
  const part = (top + VELOCITY_LANE_HEIGHT - y) / (VELOCITY_LANE_HEIGHT - PAD);
  return Math.round(Math.min(1, Math.max(0, part)) * 100) / 100;
}

/** The note whose stem is next to `x`; of several at one time a selected one; null: none is near. */
export function stemAt(window: Window, notes: readonly Note[], selected: ReadonlySet<string>, x: number): Note | null {
  let best: { note: Note; far: number } | null = null;
  for (const note of notes) {
    const far = Math.abs(stemX(window, note) - x) - (selected.has(note.id) ? 0.5 : 0);
    if (far <= NEAR_PIXELS && (best === null || far < best.far)) best = { note, far };
  }
  return best?.note ?? null;
}

interface Scene {
  readonly window: Window;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  readonly colours: Colours;
  readonly width: number;
  readonly height: number;
}

/** Over whatever lies at the foot of the canvas. */
export function drawVelocities(paint: CanvasRenderingContext2D, { window, notes, selected, colours, width, height }: Scene): void {
  const top = height - VELOCITY_LANE_HEIGHT;
  paint.fillStyle = colours.surface;
  paint.fillRect(0, top, width, VELOCITY_LANE_HEIGHT);
  paint.fillStyle = colours.line;
  paint.fillRect(0, top, width, 1);
  paint.fillStyle = colours.quiet;
  paint.fillText("velocity", 3, top + VELOCITY_LANE_HEIGHT / 2);
  for (const note of notes) {
    const x = stemX(window, note);
    if (x < KEYS_WIDTH || x > width) continue;
    const y = height - note.vel * (VELOCITY_LANE_HEIGHT - PAD);
    paint.fillStyle = selected.has(note.id) ? colours.text : colours.accent;
    paint.fillRect(x - 1, y, 2, height - y);
    paint.fillRect(x - 3, y - 1, 6, 4);
  }
}

function stemX(window: Window, { time }: Note): number {
  return KEYS_WIDTH + (time - window.start) * window.scale + 1;
}

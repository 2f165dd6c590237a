/** What stands in the ruler with a text: markers, and where tempo and time signature change. Pure. */

import type { Readable } from "@prime/client";

import { xOf, type Axis } from "../../timeline/axis.js";
import { isolated } from "../../canvas/letters.js";

/** Collections whose entities stand in the ruler. */
export const RULER_COLLECTIONS = ["markers", "signatures", "tempo"] as const;

export type RulerCollection = (typeof RULER_COLLECTIONS)[number];

export function isOfRuler(collection: string): collection is RulerCollection {
  return (RULER_COLLECTIONS as readonly string[]).includes(collection);
}

export interface Chip {
  readonly collection: RulerCollection;
  readonly id: string;
  readonly time: number;
  readonly text: string;
  /** Pixels from the left edge. */
  readonly left: number;
  readonly width: number;
}

/** An entity of the ruler that is dragged, and the beat at which it is shown meanwhile. */
export interface DraggedChip {
  readonly collection: RulerCollection;
  readonly id: string;
  readonly time: number;
}

/** A name takes at most so many pixels. */
const MOST_WIDTH = 150;

/** Closer than so many pixels to the one before, a chip is left out: zoomed in it is there. */
const LEAST_APART = 3;

/** A chip without room for its text is so wide. */
const BARE_WIDTH = 6;

interface Scene {
  readonly song: Readable;
  readonly axis: Axis;
  readonly width: number;
  readonly dragged: DraggedChip | null;
}

/** Those that are seen, by time; of two at one time the later one lies on top. `measure`: a text's width in pixels. */
export function markerChips(scene: Scene, measure: (text: string) => number): Chip[] {
  return spaced(inView(scene, "markers").map(({ id, time, entity }) => {
    const text = isolated((entity as { name: string }).name.slice(0, 40));
    return { collection: "markers", id, time, text, left: Math.round(xOf(scene.axis, time)), width: Math.min(MOST_WIDTH, measure(text) + 10) };
  }));
}

/** Signatures and tempo side by side; what has no room is a bare mark. */
export function changeChips(scene: Scene, measure: (text: string) => number): Chip[] {
  const found = [...inView(scene, "signatures"), ...inView(scene, "tempo")].sort((a, b) => a.time - b.time);
  const chips: Chip[] = [];
  let right = -Infinity;
  found.forEach(({ collection, id, time, entity }, at) => {
    const leftPixels = Math.max(Math.round(xOf(scene.axis, time)), found[at - 1]?.time === time ? right : -Infinity);
    const next = found.slice(at + 1, at + 3).find((later) => later.time > time);
    const room = next === undefined ? Infinity : xOf(scene.axis, next.time) - leftPixels;
    const whole = textOf(collection, entity);
    const width = measure(whole) + 8;
    const [text, wide] = width + 2 <= room ? [whole, width] : ["", BARE_WIDTH];
    if (leftPixels - (chips.at(-1)?.left ?? -Infinity) < LEAST_APART) return;
    chips.push({ collection, id, time, text, left: leftPixels, width: wide });
    right = leftPixels + wide + 2;
  });
  return chips;
}

/** The chip at a pixel, or null. */
export function chipAt(chips: readonly Chip[], x: number): Chip | null {
  return chips.findLast(({ left, width }) => x >= left - 2 && x < left + width) ?? null;
}

function textOf(collection: RulerCollection, entity: object): string {
  const { num, den, bpm, interp } = entity as { num?: number; den?: number; bpm?: number; interp?: string };
  return collection === "signatures" ? `${num}/${den}` : `${Math.round((bpm ?? 0) * 10) / 10} bpm${interp === "linear" ? " ↗" : ""}`;
}

interface InView {
  readonly collection: RulerCollection;
  readonly id: string;
  readonly time: number;
  readonly entity: object;
}

function inView({ song, axis, width, dragged }: Scene, collection: RulerCollection): InView[] {
  const found: InView[] = [];
  for (const [id, entity] of song.all(collection)) {
    const time = dragged?.id === id && dragged.collection === collection ? dragged.time : entity.time;
    const x = xOf(axis, time);
    if (x > -MOST_WIDTH && x < width) found.push({ collection, id, time, entity });
  }
  return found.sort((a, b) => a.time - b.time);
}

function spaced(chips: readonly Chip[]): Chip[] {
  const drawnChips: Chip[] = [];
  for (const chip of chips) if (chip.left - (drawnChips.at(-1)?.left ?? -Infinity) >= LEAST_APART) drawnChips.push(chip);
  return drawnChips;
}

/** The points of an automation lane: in order, on a scale, and how far each may go. */

import type { Readable } from "@prime/client";

export interface LanePoint {
  readonly id: string;
  readonly time: number;
  readonly slot: number;
  readonly value: number;
  readonly interp: string;
}

/** Beats that points keep from each other while one is moved. */
export const APART = 1 / 64;

/** By time; of two at one time the left one first (rule O12). */
export function pointsOf(song: Readable, lane: string): LanePoint[] {
  const points: LanePoint[] = [];
  for (const id of song.by("points", "lane", lane)) {
    const point = song.get("points", id);
    if (point !== undefined) points.push({ id, time: point.time, slot: point.slot, value: point.value, interp: point.interp });
  }
  return points.sort((a, b) => a.time - b.time || a.slot - b.slot || (a.id < b.id ? -1 : 1));
}

/** Values at the bottom and at the top of what has no limits: all of them are seen. */
export function scaleOf(points: readonly LanePoint[], unit: string): readonly [low: number, high: number] {
  const values = points.map(({ value }) => value);
  const least = unit === "linear" ? [0, 2] : [];
  const [low, high] = [Math.min(...values, ...least), Math.max(...values, ...least)];
  if (!Number.isFinite(low)) return [0, 1];
  const room = least.length > 0 ? 0 : (high - low) * 0.1;
  return high > low ? [low - room, high + room] : [low - 1, low + 1];
}

/** The time that a point goes to: between its neighbours. A pair at one time moves apart only in value. */
export function timeBetween(points: readonly LanePoint[], id: string, time: number): number {
  const at = points.findIndex((point) => point.id === id);
  const [before, own, after] = [points[at - 1], points[at], points[at + 1]];
  if (own === undefined) return Math.max(0, time);
  if (before?.time === own.time || after?.time === own.time) return own.time;
  const least = before === undefined ? 0 : before.time + APART;
  return Math.max(least, Math.min(time, (after?.time ?? Infinity) - APART));
}

/** The value at a time, as it is played: held or on a line; undefined: there is no point. */
export function valueAt(points: readonly LanePoint[], time: number): number | undefined {
  const at = points.findLastIndex((point) => point.time <= time);
  const [from, to] = [points[at], points[at + 1]];
  if (from === undefined) return to?.value;
  if (to === undefined || from.interp === "hold" || to.time <= from.time) return from.value;
  return from.value + ((to.value - from.value) * (time - from.time)) / (to.time - from.time);
}

/** The points of a line from one beat to another, as it is played: a value that is held goes on to the next point, the first holds from before. */
export function lineOf(points: readonly LanePoint[], from: number, to: number): [time: number, value: number][] {
  const first = Math.max(0, points.findLastIndex(({ time }) => time <= from));
  const line: [number, number][] = [];
  for (let at = first; at < points.length; at += 1) {
    const { time, value, interp } = points[at]!;
    if (at === 0 && time > from) line.push([from, value]);
    line.push([time, value]);
    const next = points[at + 1]?.time;
    if (next === undefined || interp === "hold") line.push([next ?? Math.max(time, to), value]);
    if (time > to) break;
  }
  return line;
}

/** Those between two beats. */
export function seenOf(points: readonly LanePoint[], from: number, to: number): LanePoint[] {
  return points.filter(({ time }) => time >= from && time <= to);
}

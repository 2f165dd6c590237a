/** What automation says of volume and pan at a beat of the song. Pure. */

import type { Readable } from "@prime/client";

import { pointsOf, valueAt } from "../pianoroll/automation/lane_points.js";
import { windows } from "../timeline/windows.js";

/** Channel -> linear gain, and pan from 0 to 1, where they are automated at that beat. */
export type Automated = ReadonlyMap<string, { readonly volume?: number; readonly pan?: number }>;

const TARGET = /^channels\/([^/]+)\/(volume|pan)$/;

export function automatedAt(song: Readable, beat: number): Automated {
  const found = new Map<string, { volume?: number; pan?: number }>();
  for (const [lane, { target, enable, track, clip, unit }] of song.all("lanes")) {
    const named = TARGET.exec(target);
    if (named === null || !enable) continue;
    const time = clip === null ? beat : timeInClip(song, clip, beat);
    const value = time === null || (track === null && clip === null) ? undefined : valueAt(pointsOf(song, lane), time);
    if (value === undefined) continue;
    const [, channel, property] = named as unknown as [string, string, "volume" | "pan"];
    found.set(channel, { ...found.get(channel), [property]: property === "volume" ? gainFrom(value, unit) : Math.min(1, Math.max(0, value)) });
  }
  return found;
}

/** A beat of the content; null: the clip does not play then. */
function timeInClip(song: Readable, id: string, beat: number): number | null {
  const clip = song.get("clips", id);
  if (clip === undefined || clip.slot !== null || !clip.enable || beat < clip.time || beat >= clip.time + clip.duration) return null;
  const pass = windows(clip, beat, beat + 1e-3)[0];
  return pass === undefined ? null : pass.start + Math.max(0, beat - pass.time);
}

function gainFrom(value: number, unit: string): number {
  const gain = unit === "decibel" ? 10 ** (value / 20) : value;
  return Math.min(2, Math.max(0, gain));
}

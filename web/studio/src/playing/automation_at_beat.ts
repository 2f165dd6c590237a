/** What automation says of volume, pan and mute at a beat of the song. Pure. */

import type { Readable } from "@prime/client";

import { pointsOf, valueAt } from "../automation/lane_points.js";
import { contentAt } from "../timeline/clip_passes.js";

interface Moved {
  /** Linear gain. */
  readonly volume?: number;
  /** From 0 to 1. */
  readonly pan?: number;
  readonly mute?: boolean;
}

/** Channel -> what is automated of it at that beat. */
export type Automated = ReadonlyMap<string, Moved>;

const TARGET = /^channels\/([^/]+)\/(volume|pan|mute)$/;

export function automationAt(song: Readable, beat: number): Automated {
  const movedByChannel = new Map<string, Moved>();
  for (const [lane, { target, enable, track, clip, unit }] of song.all("lanes")) {
    const targetMatch = TARGET.exec(target);
    if (targetMatch === null || !enable) continue;
    const time = clip === null ? beat : timeInClip(song, clip, beat);
    const value = time === null || (track === null && clip === null) ? undefined : valueAt(pointsOf(song, lane), time);
    if (value === undefined) continue;
    const [, channel, property] = targetMatch as unknown as [string, string, keyof Moved];
    movedByChannel.set(channel, { ...movedByChannel.get(channel), [property]: property === "volume" ? gainFrom(value, unit) : property === "mute" ? value >= 0.5 : Math.min(1, Math.max(0, value)) });
  }
  return movedByChannel;
}

/** The beat of a clip's content at a beat of the song; null: the clip does not play then. */
export function timeInClip(song: Readable, id: string, beat: number): number | null {
  const clip = song.get("clips", id);
  return clip === undefined || !clip.enable ? null : contentAt(clip, beat);
}

function gainFrom(value: number, unit: string): number {
  const gain = unit === "decibel" ? 10 ** (value / 20) : value;
  return Math.min(2, Math.max(0, gain));
}

/** Which notes begin between two beats of the song: clips, loops, and what is muted. Pure; the scheduler asks it ahead of time. */

import type { Readable } from "@prime/client";

import { passes } from "../timeline/clip_passes.js";
import { instrumentFor, type BuiltIn } from "./built_in_instruments.js";
import { asInSong, type RunningByTrack } from "./launches.js";
import { isHeard } from "../channels/routing.js";

export interface SoundingNote {
  /** Beat of the song at which it begins. */
  readonly time: number;
  /** In beats. */
  readonly duration: number;
  readonly key: number;
  /** 0 to 1. */
  readonly velocity: number;
  readonly channel: string;
  readonly instrument: BuiltIn;
}

const NONE: RunningByTrack = new Map();

/** In no order. `running`: clips of slots, which silence the song's on their tracks; `most`: no more than so many. */
export function soundingBetween(song: Readable, from: number, to: number, running = NONE, most = 2_000): SoundingNote[] {
  const sounding: SoundingNote[] = [];
  for (const [id, stored] of song.all("clips")) {
    const launched = running.get(stored.track);
    if (stored.slot === null ? launched !== undefined : launched?.clip !== id) continue;
    const clip = launched === undefined ? stored : asInSong(stored, launched.since, from);
    if (!clip.enable || clip.kind !== "notes" || clip.time >= to || clip.time + clip.duration <= from) continue;
    const track = song.get("tracks", clip.track);
    if (track?.channel == null || !isHeard(song, track.channel)) continue;
    const instrument = instrumentFor(song, clip.track, clip.name);
    if (instrument === null) continue;
    for (const pass of passes(clip, from, to)) {
      for (const noteId of song.by("notes", "clip", clip.ref ?? id)) {
        const note = song.get("notes", noteId);
        if (note === undefined || note.time < pass.start || note.time >= pass.end) continue;
        const time = pass.time + note.time - pass.start;
        if (time < from || time >= to) continue;
        if (sounding.length >= most) return sounding;
        const duration = Math.min(note.duration, pass.end - note.time);
        sounding.push({ time, duration, key: note.key, velocity: note.vel, channel: track.channel, instrument });
      }
    }
  }
  return sounding;
}

/** Where the content of a clip lies in the song: its bars. */

import type { Readable } from "@prime/client";

import { signaturesOf } from "../timeline/signatures.js";
import { marks, type Mark } from "../timeline/bar_marks.js";
import type { PlayedClip } from "../timeline/clip_passes.js";
import { KEYS_WIDTH, type Window } from "./note_places.js";

/** The bars and beats that are seen, by beats of the content. Its first pass counts; a clip in a slot has no place in the song, and its bars are from 1. */
export function barsOf(song: Readable, clip: PlayedClip & { readonly slot: string | null }, window: Window, width: number): Mark[] {
  const before = clip.slot === null ? clip.time - clip.playStart : 0;
  const from = window.start + before;
  const to = from + Math.max(0, width - KEYS_WIDTH) / window.scale;
  return marks({ start: from, scale: window.scale }, signaturesOf(song), from, to).map(({ time, bar }) => ({ time: time - before, bar }));
}

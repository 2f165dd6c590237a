/** The loop of the song: where its edges may go, and the edit that sets it. */

import type { Room } from "@prime/client";

import type { OfPress } from "../../keys/bursts.js";
import { loopIn } from "../../timeline/loop.js";
import type { Span } from "../../timeline/spans.js";

export type Edge = "start" | "end";

/** Shorter than so many beats it does not get. */
const LEAST_LOOP = 1 / 16;

/** One edge at a beat: it stops in front of the other one. */
export function edgeAt({ start, end }: Span, edge: Edge, time: number): Span {
  return edge === "start" ? { start: Math.max(0, Math.min(time, end - LEAST_LOOP)), end } : { start, end: Math.max(time, start + LEAST_LOOP) };
}

/** One edit, if it is another one. `isOn`: whether it is played as well. */
export function setLoop(room: Room, { start, end }: Span, { isOn, ...together }: OfPress & { readonly isOn?: true } = {}): void {
  const was = loopIn(room);
  if (was === null || end <= start || (was.start === start && was.end === end && (isOn === undefined || was.isOn))) return;
  const change = { loopStart: start, loopEnd: end, ...(isOn && { loopOn: true }) };
  room.edit((tx) => tx.set("transport", was.id, change), together);
}

/** What others do with faders just now. */

import type { Member, Room } from "@prime/client";

import { useDrawnWhile } from "../people/redraw_on_gestures.js";
import { safeColour } from "../people/colours.js";

/** Draw again while others show something of one of these. */
export function useFadersOfOthers(room: Room | null, collection: "channels" | "sends", ids: readonly string[]): void {
  useDrawnWhile(room, (room) => ids.some((id) => room.shownBy(collection, id) !== null), ids.join());
}

/** Who moves the fader just now. */
export function moverOf(room: Room | null, collection: "channels" | "sends", id: string): { name: string; colour: string } | null {
  const member = room?.shownBy(collection, id) ?? null;
  const memberThere: Member | undefined = member === null ? undefined : room?.others.value.find((each) => each.member === member);
  return memberThere === undefined ? null : { name: memberThere.name.slice(0, 30), colour: safeColour(memberThere.color) };
}

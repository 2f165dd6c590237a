/** What others do with faders just now. */

import { useEffect, useState } from "preact/hooks";
import type { Member, Room } from "@prime/client";

import { safeColour } from "../people/colours.js";

/** Draw again while others show something of one of these. */
export function useShown(room: Room | null, collection: "channels" | "sends", ids: readonly string[]): void {
  const [, draw] = useState(0);
  useEffect(() => {
    let wasShown = false;
    return room?.onTick(() => {
      const isShown = ids.some((id) => room.shownBy(collection, id) !== null);
      if (isShown || wasShown) draw((count) => count + 1);
      wasShown = isShown;
    });
  }, [room, ids.join()]);
}

/** Who moves the fader just now. */
export function moverOf(room: Room | null, collection: "channels" | "sends", id: string): { name: string; colour: string } | null {
  const member = room?.shownBy(collection, id) ?? null;
  const who: Member | undefined = member === null ? undefined : room?.others.value.find((each) => each.member === member);
  return who === undefined ? null : { name: who.name.slice(0, 30), colour: safeColour(who.color) };
}

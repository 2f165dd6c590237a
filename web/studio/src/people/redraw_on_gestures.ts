/** Draws a component again with each tick in which others show something otherwise than it is stored. */

import { useEffect, useState } from "preact/hooks";
import type { Collection, Room } from "@prime/client";

/** While anything of a collection is shown otherwise. */
export function useRedrawOnGestures(room: Room | null, collection: Collection): void {
  useDrawnWhile(room, (room) => room.shownNow(collection).size > 0, collection);
}

/** While `isShown`, and once when it is over. `key`: what it looks at. */
export function useDrawnWhile(room: Room | null, isShown: (room: Room) => boolean, key: string): void {
  const [, draw] = useState(0);
  useEffect(() => {
    let wasShown = false;
    return room?.onTick(() => {
      const isNow = isShown(room);
      if (isNow || wasShown) draw((count) => count + 1);
      wasShown = isNow;
    });
  }, [room, key]);
}

/** Draws a component again with each tick in which others show something of a collection otherwise than it is stored. */

import { useEffect, useState } from "preact/hooks";
import type { Collection, Room } from "@prime/client";

export function useAnyShown(room: Room | null, collection: Collection): void {
  const [, draw] = useState(0);
  useEffect(() => {
    let wasShown = false;
    return room?.onTick(() => {
      const isShown = room.shownNow(collection).size > 0;
      if (isShown || wasShown) draw((count) => count + 1);
      wasShown = isShown;
    });
  }, [room, collection]);
}

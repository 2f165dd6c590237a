/** The tracks of a state and the groups that they are in. */

import { inOrder } from "../order_keys.js";
import type { Readable } from "./readable_state.js";

/** One of a tree, and how many are above it. */
export interface Placed {
  readonly id: string;
  readonly depth: number;
}

/** All tracks: a group in front of what is in it, siblings by (order, id). */
export function trackTree(state: Readable): Placed[] {
  const placedTracks: Placed[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (const id of siblings(state, parent)) {
      placedTracks.push({ id, depth });
      walk(id, depth + 1);
    }
  };
  walk(null, 0);
  return placedTracks;
}

function siblings(state: Readable, parent: string | null): string[] {
  const ids = [...state.by("tracks", "parent", parent)];
  return ids.map((id) => ({ id, order: state.get("tracks", id)?.order ?? "" })).sort(inOrder).map(({ id }) => id);
}

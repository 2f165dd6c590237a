/** What differs between two states. */

import { isEqual } from "../maps.js";
import type { Collection } from "../schema/types.js";
import { COLLECTIONS } from "../schema/tables.js";
import type { Readable } from "./readable_state.js";

/** Ids, by collection; collections that do not differ are left out. */
export interface Differences {
  readonly added: ReadonlyMap<Collection, readonly string[]>;
  readonly removed: ReadonlyMap<Collection, readonly string[]>;
  readonly changed: ReadonlyMap<Collection, readonly string[]>;
}

/** From one state to another. An entity that is the same object in both is not looked into. */
export function differences(from: Readable, to: Readable): Differences {
  const [added, removed, changed] = [new Map<Collection, string[]>(), new Map<Collection, string[]>(), new Map<Collection, string[]>()];
  for (const collection of Object.keys(COLLECTIONS) as Collection[]) {
    const [before, after] = [from.all(collection) as ReadonlyMap<string, object>, to.all(collection) as ReadonlyMap<string, object>];
    for (const [id, entity] of after) {
      const was = before.get(id);
      if (was === undefined) put(added, collection, id);
      else if (was !== entity && !isEqual(was, entity)) put(changed, collection, id);
    }
    for (const id of before.keys()) if (!after.has(id)) put(removed, collection, id);
  }
  return { added, removed, changed };
}

function put(all: Map<Collection, string[]>, collection: Collection, id: string): void {
  const ids = all.get(collection);
  if (ids === undefined) all.set(collection, [id]);
  else ids.push(id);
}

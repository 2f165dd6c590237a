/** Who draws what of a room: one listener of the room, and it calls those whose part has changed. */

import type { Collection, Room, Stop } from "../../sdk/src/index.js";

type Wakes = Set<() => void>;

const watches = /* @__PURE__ */ new WeakMap<Room, RoomWatch>();

/** The same for all components; it lives as long as the room. */
export function watchOf(room: Room): RoomWatch {
  let watch = watches.get(room);
  if (watch === undefined) watches.set(room, (watch = new RoomWatch(room)));
  return watch;
}

export class RoomWatch {
  /** How often anything of it has changed: collection -> number, that grows. */
  private readonly revisions = new Map<string, number>();
  /** How often all of it has changed. */
  private wholes = 0;
  /** Collection -> who draws it. */
  private readonly ofCollection = new Map<string, Wakes>();
  /** Collection -> id -> who draws it. */
  private readonly ofEntity = new Map<string, Map<string, Wakes>>();

  constructor(room: Room) {
    room.onChange((touched) => this.tell(touched));
  }

  /** Another number after each change. */
  revision(collection: Collection): number {
    return this.wholes + (this.revisions.get(collection) ?? 0);
  }

  onCollection(collection: Collection, wake: () => void): Stop {
    return listening(this.ofCollection, collection, wake);
  }

  onEntity(collection: Collection, id: string, wake: () => void): Stop {
    let ids = this.ofEntity.get(collection);
    if (ids === undefined) this.ofEntity.set(collection, (ids = new Map()));
    return listening(ids, id, wake);
  }

  /** Collection -> ids; null: all of it. */
  private tell(touched: ReadonlyMap<string, ReadonlySet<string>> | null): void {
    if (touched === null) this.wholes += 1;
    else for (const collection of touched.keys()) this.revisions.set(collection, (this.revisions.get(collection) ?? 0) + 1);
    for (const collection of touched?.keys() ?? [...this.ofCollection.keys()]) wake(this.ofCollection.get(collection));
    for (const [collection, watched] of [...this.ofEntity]) {
      const ids = touched === null ? watched.keys() : touched.get(collection);
      if (ids !== undefined) for (const id of [...ids]) wake(watched.get(id));
    }
  }
}

function wake(wakes: Wakes | undefined): void {
  for (const each of [...(wakes ?? [])]) each();
}

/** What nobody draws any more is taken out. `wake` belongs to one subscription alone. */
function listening(all: Map<string, Wakes>, key: string, wake: () => void): Stop {
  const wakes = all.get(key) ?? new Set();
  all.set(key, wakes.add(wake));
  return () => {
    wakes.delete(wake);
    if (wakes.size === 0 && all.get(key) === wakes) all.delete(key);
  };
}

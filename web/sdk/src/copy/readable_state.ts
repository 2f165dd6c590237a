/** A state that can be read: a room's as it is now, or that of a moment. */

import { isMap, type PlainMap } from "../maps.js";
import type { Collection } from "../schema/types.js";
import type { Entities } from "../entities.js";
import { PointerIndexes } from "./pointer_index.js";
import { stateOf, type Entity, type State } from "./state.js";

/** Entities are frozen, have their defaults, and are replaced, never changed. */
export interface Readable {
  get<C extends Collection>(collection: C, id: string): Entities[C] | undefined;
  all<C extends Collection>(collection: C): ReadonlyMap<string, Entities[C]>;
  /** Ids of those whose pointer leads to `target` (null: nowhere), from an index, in no order: `by("clips", "track", id)`. */
  by<C extends Collection>(collection: C, pointer: keyof Entities[C] & string, target: string | null): ReadonlySet<string>;
}

/** A state that nobody changes. */
export class Still implements Readable {
  private readonly indexes: PointerIndexes;

  /** `like`: a state with the very maps of this one, but for the collections in `differ`. */
  constructor(private readonly state: State, like: Still | null = null, differ: ReadonlySet<string> = new Set()) {
    this.indexes = new PointerIndexes({
      get: (collection, id) => state.get(collection)?.get(id),
      all: (collection) => state.get(collection) ?? NONE,
    });
    if (like !== null) this.indexes.share(like.indexes, differ);
  }

  get<C extends Collection>(collection: C, id: string): Entities[C] | undefined {
    return this.state.get(collection)?.get(id) as Entities[C] | undefined;
  }

  all<C extends Collection>(collection: C): ReadonlyMap<string, Entities[C]> {
    return (this.state.get(collection) ?? NONE) as ReadonlyMap<string, Entities[C]>;
  }

  by<C extends Collection>(collection: C, pointer: keyof Entities[C] & string, target: string | null): ReadonlySet<string> {
    return this.indexes.by(collection, pointer, target);
  }
}

const NONE: ReadonlyMap<string, Entity> = new Map();

/** Of a state as the wire has it, for example the result of `history.at`. Throws `TypeError` for what is none. */
export function stillOf(wire: unknown): Still {
  if (!isMap(wire)) throw new TypeError("a state is a map of collections");
  return new Still(stateOf(wire as PlainMap));
}

/** Which entities point at which: kept entity by entity, made when it is first asked. */

import type { Entity } from "./state.js";

/** Reads an entity of the state as it is now. */
export interface EntityReader {
  get(collection: string, id: string): Entity | undefined;
  all(collection: string): ReadonlyMap<string, Entity>;
}

/** Ids by what they point at; "" for those that point at nothing. */
class Index {
  private readonly byTarget = new Map<string, Set<string>>();
  /** Id -> what it pointed at when this was last brought up to date. */
  private readonly targets = new Map<string, string>();

  constructor(private readonly collection: string, private readonly pointer: string, private readonly state: EntityReader) {
    for (const id of state.all(collection).keys()) this.update(id);
  }

  of(target: string): ReadonlySet<string> {
    return this.byTarget.get(target) ?? NONE;
  }

  update(id: string): void {
    const entity = this.state.get(this.collection, id);
    const target = entity === undefined ? undefined : targetOf(entity[this.pointer]);
    const before = this.targets.get(id);
    if (target === before) return;
    if (before !== undefined) this.byTarget.get(before)?.delete(id);
    if (target === undefined) {
      this.targets.delete(id);
      return;
    }
    this.targets.set(id, target);
    const ids = this.byTarget.get(target);
    if (ids === undefined) this.byTarget.set(target, new Set([id]));
    else ids.add(id);
  }
}

const NONE: ReadonlySet<string> = new Set();

function targetOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export class PointerIndexes {
  /** Collection -> pointer -> its index. */
  private readonly indexes = new Map<string, Map<string, Index>>();

  constructor(private readonly state: EntityReader) {}

  /** Take over those of another state, but of the collections in which the two differ. */
  share(others: PointerIndexes, differ: ReadonlySet<string>): void {
    for (const [collection, indexes] of others.indexes) if (!differ.has(collection)) this.indexes.set(collection, indexes);
  }

  /** Ids of the entities of a collection whose pointer leads to `target`; null: those whose pointer leads nowhere. */
  by(collection: string, pointer: string, target: string | null): ReadonlySet<string> {
    let ofCollection = this.indexes.get(collection);
    if (ofCollection === undefined) this.indexes.set(collection, (ofCollection = new Map()));
    let index = ofCollection.get(pointer);
    if (index === undefined) ofCollection.set(pointer, (index = new Index(collection, pointer, this.state)));
    return index.of(target ?? "");
  }

  /** Collection -> ids that may have changed; null: all of it. */
  update(touched: ReadonlyMap<string, ReadonlySet<string>> | null): void {
    if (touched === null) this.indexes.clear();
    else for (const [collection, ids] of touched) this.updateOne(collection, ids);
  }

  private updateOne(collection: string, ids: ReadonlySet<string>): void {
    for (const index of this.indexes.get(collection)?.values() ?? []) for (const id of ids) index.update(id);
  }
}

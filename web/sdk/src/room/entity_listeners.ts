/** Who listens to the entities of a collection, or to one: told what they were, what they are, and why. */

import { Listeners, type Stop } from "../live.js";
import { isEqual } from "../maps.js";
import type { Touched } from "../copy/replica.js";
import type { Collection, Purpose } from "../schema/types.js";
import type { Entities } from "../entities.js";

/** `me`: our own edit, or the answer to it; `state`: the song came anew, for example after a break. */
export type Why =
  | { readonly by: "me" | "state" }
  | {
    readonly by: "other";
    readonly member: string;
    readonly user: string;
    readonly seq: number;
    /** Milliseconds since 1970, by the server. */
    readonly at: number;
    readonly purpose: Purpose;
  };

/** `was` and `now`: undefined where there was, or is, none. */
export interface Change<C extends Collection> {
  readonly id: string;
  readonly now: Entities[C] | undefined;
  readonly was: Entities[C] | undefined;
}

export type ChangesListener<C extends Collection> = (changes: readonly Change<C>[], why: Why) => void;
export type EntityListener<C extends Collection> = (
  now: Entities[C] | undefined, was: Entities[C] | undefined, why: Why,
) => void;

type All = ReadonlyMap<string, Entities[Collection]>;
type AnyChange = Change<Collection>;

/** One collection that somebody listens to. */
class Watched {
  readonly listeners = new Listeners<[changes: readonly AnyChange[], why: Why]>();
  /** Id -> who listens to that entity alone. */
  readonly ofEntities = new Map<string, Listeners<[change: AnyChange, why: Why]>>();
  /** How many listen, to all of it or to one entity. */
  count = 0;

  /** `known`: its entities as the listeners were told last. */
  constructor(private readonly known: Map<string, Entities[Collection]>) {}

  /** `touched`: ids that may have changed; null: all. */
  tell(all: All, touched: ReadonlySet<string> | null, why: Why): void {
    const changes: AnyChange[] = [];
    for (const id of touched ?? new Set([...this.known.keys(), ...all.keys()])) {
      const [was, now] = [this.known.get(id), all.get(id)];
      if (was === now) continue;
      if (now === undefined) this.known.delete(id);
      else this.known.set(id, now);
      if (was === undefined || now === undefined || !isEqual(was, now)) changes.push({ id, now, was }); // the answer to an edit changes nothing
    }
    if (changes.length === 0) return;
    this.listeners.tell(changes, why);
    if (this.ofEntities.size > 0) for (const change of changes) this.ofEntities.get(change.id)?.tell(change, why);
  }

  ofEntity(id: string): Listeners<[change: AnyChange, why: Why]> {
    let listeners = this.ofEntities.get(id);
    if (listeners === undefined) this.ofEntities.set(id, (listeners = new Listeners()));
    return listeners;
  }
}

export class EntityListeners {
  private readonly collections = new Map<Collection, Watched>();
  /** What is still to be told: a listener that edits makes more of it. */
  private readonly waiting: [touched: Touched, why: Why][] = [];
  private isTelling = false;

  constructor(private readonly all: (collection: Collection) => All) {}

  onChanges<C extends Collection>(collection: C, listener: ChangesListener<C>): Stop {
    return this.counted(collection, ({ listeners }) => listeners.add(listener as unknown as ChangesListener<Collection>));
  }

  onEntity<C extends Collection>(collection: C, id: string, listener: EntityListener<C>): Stop {
    return this.counted(collection, (watched) => {
      const listeners = watched.ofEntity(id);
      const stop = listeners.add(({ now, was }, why) => (listener as unknown as EntityListener<Collection>)(now, was, why));
      return () => {
        stop();
        if (listeners.isEmpty) watched.ofEntities.delete(id);
      };
    });
  }

  /** Until `Stop`, and the collection for as long as somebody listens. */
  private counted(collection: Collection, listen: (watched: Watched) => Stop): Stop {
    const watched = this.watched(collection);
    watched.count += 1;
    const stop = listen(watched);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      stop();
      watched.count -= 1;
      if (watched.count === 0) this.collections.delete(collection);
    };
  }

  tell(touched: Touched, why: Why): void {
    this.waiting.push([touched, why]);
    if (this.isTelling) return;
    this.isTelling = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) this.tellOne(...next);
    this.isTelling = false;
  }

  private tellOne(touched: Touched, why: Why): void {
    for (const [collection, watched] of this.collections) {
      const ids = touched === null ? null : touched.get(collection);
      if (ids !== undefined) watched.tell(this.all(collection), ids, why);
    }
  }

  private watched(collection: Collection): Watched {
    let listeners = this.collections.get(collection);
    if (listeners === undefined) {
      listeners = new Watched(new Map(this.all(collection)));
      this.collections.set(collection, listeners);
    }
    return listeners;
  }
}

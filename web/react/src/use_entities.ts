/** What is in the song. */

import { COLLECTIONS, inOrder, isEqual, type Collection, type Entities, type Readable } from "../../sdk/src/index.js";
import { useMemo } from "./library.js";
import { useJoinedRoom } from "./providing.js";
import { useSelected } from "./selecting.js";

/** An entity with its id; the same object for as long as nothing of it changes. */
export type Identified<C extends Collection> = Entities[C] & { readonly id: string };

/** Values that properties must have, as `{ track: id }` (a pointer is found by an index); or whatever says yes. */
export type Filter<C extends Collection> = Partial<Entities[C]> | ((entity: Identified<C>) => boolean);

/** All of a collection, or those that pass: by `order`, else by `time`, then by id. With our own edits.
 *
 * The list is the same object until one of them changes. A function as `filter` may be another one each time.
 */
export function useEntities<C extends Collection>(collection: C, filter?: Filter<C>): readonly Identified<C>[] {
  const room = useJoinedRoom();
  const key = typeof filter === "function" ? filter : JSON.stringify(filter ?? {});
  const [subscribe, read] = useMemo(() => {
    /** How many listen: what is found stays as long as somebody does. */
    let listeners = 0;
    /** null: it is to be looked for. */
    let entities: readonly Identified<C>[] | null = null;
    return [
      (wake: () => void) => {
        listeners += 1;
        entities = null; // it may have changed since it was drawn
        const stop = room.on(collection, () => {
          entities = null;
          wake();
        });
        return () => {
          stop();
          listeners -= 1;
        };
      },
      () => {
        const now = (listeners === 0 ? null : entities) ?? entitiesIn(room, collection, filter);
        entities = now;
        return now;
      },
    ] as const;
  }, [room, collection, key]);
  return useSelected(subscribe, read, haveSame);
}

/** One entity, with our own edits; undefined: there is none. */
export function useEntity<C extends Collection>(collection: C, id: string): Entities[C] | undefined {
  const room = useJoinedRoom();
  const [subscribe, read] = useMemo(() => [
    (wake: () => void) => room.on(collection, id, wake), () => room.get(collection, id),
  ] as const, [room, collection, id]);
  return useSelected(subscribe, read);
}

export interface Shown<C extends Collection> {
  /** As others show it just now: with their rides laid over. */
  readonly entity: Entities[C] | undefined;
  /** The `member` who shows something of it; null: nobody does. */
  readonly by: string | null;
}

/** One entity as it is while others ride it: drawn up to thirty times a second, and only while they do. */
export function useShown<C extends Collection>(collection: C, id: string): Shown<C> {
  const room = useJoinedRoom();
  const [subscribe, read] = useMemo(() => [
    (wake: () => void) => {
      const stops = [room.on(collection, id, wake), room.onTick(wake), room.isSynced.subscribe(wake)];
      return () => { for (const stop of stops) stop(); };
    },
    (): Shown<C> => ({ entity: room.shown(collection, id), by: room.shownBy(collection, id) }),
  ] as const, [room, collection, id]);
  return useSelected(subscribe, read, isShownAlike);
}

/** Entities with their ids, as `useEntities` has them. */
export function entitiesIn<C extends Collection>(state: Readable, collection: C, filter?: Filter<C>): readonly Identified<C>[] {
  const passes = typeof filter === "function" ? filter : hasAll<C>(filter ?? {});
  const matching: Identified<C>[] = [];
  for (const id of idsToLookAt(state, collection, filter)) {
    const entity = state.get(collection, id);
    if (entity === undefined) continue;
    const each = identified<C>(id, entity);
    if (passes(each)) matching.push(each);
  }
  return matching.sort(inPlace);
}

/** The first pointer of a filter leads to few of them. */
function idsToLookAt<C extends Collection>(state: Readable, collection: C, filter: Filter<C> | undefined): Iterable<string> {
  const pointers = COLLECTIONS[collection].pointers;
  const values = typeof filter === "function" ? {} : (filter ?? {});
  const pointer = Object.keys(values).find((name) => Object.hasOwn(pointers, name));
  if (pointer === undefined) return state.all(collection).keys();
  return state.by(collection, pointer as keyof Entities[C] & string, (values as { [name: string]: string | null })[pointer] ?? null);
}

function hasAll<C extends Collection>(values: Partial<Entities[C]>): (entity: Identified<C>) => boolean {
  const wantedValues = Object.entries(values);
  return (entity) => wantedValues.every(([name, value]) => isEqual((entity as { [name: string]: unknown })[name], value));
}

/** Entity -> the same with its id; entities are replaced, never changed. */
const withIds = /* @__PURE__ */ new WeakMap<object, { readonly id: string }>();

function identified<C extends Collection>(id: string, entity: Entities[C]): Identified<C> {
  const identifiedBefore = withIds.get(entity);
  if (identifiedBefore?.id === id) return identifiedBefore as Identified<C>;
  const made = Object.freeze({ ...entity, id }) as unknown as Identified<C>;
  withIds.set(entity, made);
  return made;
}

interface Place {
  readonly id: string;
  readonly order?: string;
  readonly time?: number;
}

function inPlace(one: Place, other: Place): number {
  const times = (one.time ?? 0) - (other.time ?? 0);
  return one.order === undefined && times !== 0 ? times : inOrder({ id: one.id, order: one.order ?? "" }, { id: other.id, order: other.order ?? "" });
}

function haveSame<Each>(one: readonly Each[], other: readonly Each[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}

function isShownAlike<C extends Collection>(one: Shown<C>, other: Shown<C>): boolean {
  return one.by === other.by && (one.entity === other.entity || isEqual(one.entity, other.entity));
}

/** Makes edits that bring back what a moment of the past had: all of it, or only what is selected. */

import { COLLECTIONS, isEqual, newId, type Collection, type Readable, type Room, type Transaction } from "@prime/client";

import type { Selection } from "../studio.js";

/** At most so many ops are one delta; more are several with one step of undo. */
const MOST_OPS = 400;

const COLLECTION_NAMES = Object.keys(COLLECTIONS) as Collection[];

type Change = (tx: Transaction) => void;

/** Resolves with how many ops it took, once all are saved. Rejects with `Refused`. */
export async function restored(room: Room, then: Readable, selection: Selection | null): Promise<number> {
  return broughtBack(room, then, selection === null ? null : withContents(then, room, selection));
}

/** The same of some entities; null: of all. */
export async function broughtBack(room: Room, then: Readable, only: ReadonlySet<string> | null): Promise<number> {
  const changes = changesTo(room, then, only);
  const step = newId();
  const edits = [];
  for (let at = 0; at < changes.length; at += MOST_OPS) {
    const some = changes.slice(at, at + MOST_OPS);
    edits.push(room.edit((tx) => some.forEach((change) => change(tx)), { step, allowUnknown: true })); // what a newer server keeps of an entity comes back with it
  }
  await Promise.all(edits.map(({ saved }) => saved));
  return changes.length;
}

/** What is made new, behind what it points at; then what changes; then what goes. */
export function changesTo(now: Readable, then: Readable, only: ReadonlySet<string> | null): Change[] {
  const isMeant = (id: string): boolean => only === null || only.has(id);
  const inserts = new Inserts(now, then);
  const [sets, deletes]: [Change[], Change[]] = [[], []];
  for (const collection of COLLECTION_NAMES) {
    for (const [id, entity] of then.all(collection) as ReadonlyMap<string, object>) {
      if (!isMeant(id)) continue;
      const is = now.get(collection, id) as object | undefined;
      if (is === undefined) inserts.add(collection, id);
      else sets.push(...setsTo(collection, id, is as Props, entity as Props));
    }
    for (const id of now.all(collection).keys()) {
      if (isMeant(id) && then.get(collection, id) === undefined) deletes.unshift((tx) => tx.delete(collection, id));
    }
  }
  return [...inserts.changes, ...sets, ...deletes];
}

/** What is made new; what it points at is there, or is made before it. */
class Inserts {
  readonly changes: Change[] = [];
  private readonly made = new Set<string>();

  constructor(private readonly now: Readable, private readonly then: Readable) {}

  add(collection: Collection, id: string): void {
    const entity = this.then.get(collection, id) as Props | undefined;
    if (entity === undefined || this.made.has(id) || this.now.get(collection, id) !== undefined) return;
    this.made.add(id);
    for (const [pointer, [target]] of Object.entries(COLLECTIONS[collection].pointers)) {
      const to = entity[pointer];
      if (typeof to === "string") this.add(target, to);
    }
    this.changes.push((tx) => tx.insert(collection as "clips", entity as never, id)); // `project` and `transport` are always there
  }
}

type Props = { readonly [name: string]: unknown };

function setsTo(collection: Collection, id: string, is: Props, was: Props): Change[] {
  const props: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(was)) if (!isEqual(is[name], value)) props[name] = value;
  if (Object.keys(props).length === 0) return [];
  return [(tx) => tx.set(collection, id, props as never)];
}

/** What is selected and all that hangs on it, then and now. */
function withContents(then: Readable, now: Readable, { ids }: Selection): Set<string> {
  const meant = new Set(ids);
  for (let before = -1; before !== meant.size;) {
    before = meant.size;
    for (const state of [then, now]) gatherContents(state, meant);
  }
  return meant;
}

function gatherContents(state: Readable, meant: Set<string>): void {
  for (const collection of COLLECTION_NAMES) {
    for (const pointer of Object.keys(COLLECTIONS[collection].pointers)) {
      for (const target of [...meant]) for (const id of state.by(collection, pointer as never, target)) meant.add(id);
    }
  }
}

/** Makes edits that bring back what a moment of the past had: all of it, or only what is selected. What was made since goes. */

import { COLLECTIONS, isEqual, newId, type Collection, type Readable, type Room, type Transaction } from "@prime/client";

import { counted, joined } from "../../../pages/counted.js";
import type { Selection } from "../studio.js";
import { NOUNS } from "./edit_words.js";
import { momentMark } from "../edit_marks.js";

/** At most so many ops are one delta; more are several with one step of undo. */
const MOST_OPS = 400;

const COLLECTION_NAMES = Object.keys(COLLECTIONS) as Collection[];

type Change = (tx: Transaction) => void;

/** A moment of the past. */
interface Then {
  readonly song: Readable;
  /** null: it is now. */
  readonly seq: number | null;
}

/** Of what is selected, that which is there at a moment: what is not seen is not meant. */
export function selectedThen(then: Readable, selection: Selection | null): readonly string[] {
  return selection === null ? [] : selection.ids.filter((id) => then.get(selection.collection, id) !== undefined);
}

/** What goes, by collection. */
export type Gone = ReadonlyMap<Collection, readonly string[]>;

/** Collection -> the pointers that make what has them go with one of it (rule O5). */
const HANGING = new Map<Collection, (readonly [collection: Collection, pointer: string])[]>();
for (const collection of COLLECTION_NAMES) {
  for (const [pointer, [target, onDelete]] of Object.entries(COLLECTIONS[collection].pointers)) {
    if (onDelete === "cascade") HANGING.set(target, [...(HANGING.get(target) ?? []), [collection, pointer]]);
  }
}

/** What `broughtBack` deletes of some entities, since it was made later, and all that goes with it; null: of all. */
export function goneBy(now: Readable, then: Readable, only: ReadonlySet<string> | null): Gone {
  const gone = new Map<Collection, Set<string>>();
  const isSetBack = (collection: Collection, id: string): boolean => (only === null || only.has(id)) && then.get(collection, id) !== undefined;
  const waiting: [Collection, string][] = COLLECTION_NAMES.flatMap((collection) => madeSince(now, then, collection, only).map((id): [Collection, string] => [collection, id]));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [collection, id] = next;
    const ids = gone.get(collection) ?? new Set();
    if (ids.has(id)) continue;
    gone.set(collection, ids.add(id));
    for (const [hanging, pointer] of HANGING.get(collection) ?? []) {
      for (const each of now.by(hanging, pointer as never, id)) if (!isSetBack(hanging, each)) waiting.push([hanging, each]);
    }
  }
  return new Map(COLLECTION_NAMES.filter((collection) => gone.has(collection)).map((collection) => [collection, [...gone.get(collection)!]]));
}

/** Without what was told to go before. */
export function untold(gone: Gone, told: ReadonlySet<string>): Gone {
  const left = [...gone].map(([collection, ids]) => [collection, ids.filter((id) => !told.has(id))] as const);
  return new Map(left.filter(([, ids]) => ids.length > 0));
}

/** "1 track, 2 clips and 3 notes"; "": nothing. */
export function goneInWords(gone: Gone): string {
  return joined([...gone].map(([collection, { length }]) => counted(length, ...NOUNS[collection])));
}

/** Makes some entities what they were after edit `seq`; null: all. Resolves with how many ops it took, once all are saved. Rejects with `Refused`. */
export async function broughtBack(room: Room, { song: then, seq }: Then, only: ReadonlySet<string> | null): Promise<number> {
  const changes = changesTo(room, then, only);
  const step = newId();
  const mark = seq === null ? {} : { mark: momentMark(seq) };
  const edits = [];
  for (let at = 0; at < changes.length; at += MOST_OPS) {
    const some = changes.slice(at, at + MOST_OPS);
    edits.push(room.edit((tx) => some.forEach((change) => change(tx)), { step, allowUnknown: true, ...mark })); // what a newer server keeps of an entity comes back with it
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
    for (const id of madeSince(now, then, collection, only)) deletes.unshift((tx) => tx.delete(collection, id));
  }
  return [...inserts.changes, ...sets, ...deletes];
}

function madeSince(now: Readable, then: Readable, collection: Collection, only: ReadonlySet<string> | null): string[] {
  return [...now.all(collection).keys()].filter((id) => (only === null || only.has(id)) && then.get(collection, id) === undefined);
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

/** Some entities and all that hangs on them, then and now. */
export function withContents(then: Readable, now: Readable, ids: readonly string[]): Set<string> {
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

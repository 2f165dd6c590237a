/** What differs between two moments, as a list for people: each thing of the song with what was done in it. */

import { isEqual, type Collection, type Differences, type Readable } from "@prime/client";

import { counted } from "../../../../pages/counted.js";
import { nameOf } from "../../channels/channel_names.js";
import { changeInWords } from "../value_words.js";
import { keyInWords } from "../../words/key_words.js";
import { NOUNS } from "../edit_words.js";

export type Kind = "added" | "removed" | "changed";

export interface Change {
  /** The same for the same thing in the next comparison. */
  readonly key: string;
  readonly kind: Kind;
  /** "clip “Drop”". */
  readonly what: string;
  /** "from 12.1 to 13.1", "3 notes added". */
  readonly details: readonly string[];
  /** All entities that are brought back with it. */
  readonly entities: ReadonlySet<string>;
  /** Where it is on the time line, or was; null: nowhere. */
  readonly place: { readonly time: number; readonly track?: string } | null;
}

/** What making them as they were does: what was added since goes. */
export function bringBackInWords(chosen: readonly Change[]): string {
  const added = chosen.filter(({ kind }) => kind === "added").length;
  const others = chosen.length - added;
  if (added > 0 && others > 0) return `Bring back ${others} and delete ${added}`;
  return `${added > 0 ? "Delete" : "Bring back"} the ${chosen.length === 1 ? "one" : chosen.length} chosen`;
}

type Props = { readonly [name: string]: unknown };

/** Rank in the list, by collection; what is not named comes behind. */
const RANK: readonly Collection[] = ["tracks", "clips", "markers", "tempo", "signatures", "channels", "scenes", "media", "transport", "project"];

/** Pointers, the first that leads somewhere, to what an entity is told with. */
const HOLDERS: { readonly [collection in Collection]?: readonly (readonly [pointer: string, holder: Collection])[] } = {
  notes: [["clip", "clips"]], warps: [["clip", "clips"]], lanes: [["clip", "clips"], ["track", "tracks"]], points: [["lane", "lanes"]],
  sends: [["channel", "channels"]], devices: [["channel", "channels"]], slots: [["scene", "scenes"]],
};

/** One thing while its changes are gathered. */
interface Gathered {
  readonly collection: Collection;
  readonly id: string;
  /** What happened to it itself; null: only something in it differs. */
  own: Kind | null;
  readonly entities: Set<string>;
  /** What happened in it: collection -> kind -> how many. */
  readonly within: Map<Collection, Map<Kind, number>>;
}

export function changeList({ added, removed, changed }: Differences, then: Readable, now: Readable): Change[] {
  const changesByThing = new Map<string, Gathered>();
  for (const [kind, all, song] of [["added", added, now], ["removed", removed, then], ["changed", changed, now]] as const) {
    for (const [collection, ids] of all) for (const id of ids) gather(changesByThing, kind, collection, id, song);
  }
  const sorted = [...changesByThing.values()].map((thing) => ({ thing, change: told(thing, then, now) }));
  sorted.sort((a, b) => rankOf(a.thing) - rankOf(b.thing) || timeOf(a.change) - timeOf(b.change) || (a.change.what < b.change.what ? -1 : 1));
  return sorted.map(({ change }) => change);
}

function gather(things: Map<string, Gathered>, kind: Kind, collection: Collection, id: string, song: Readable): void {
  const [holder, holderId] = holderOf(collection, id, song);
  const key = `${holder}/${holderId}`;
  let thing = things.get(key);
  if (thing === undefined) things.set(key, (thing = { collection: holder, id: holderId, own: null, entities: new Set(), within: new Map() }));
  thing.entities.add(id);
  if (holderId === id) thing.own = kind;
  else {
    const counts = thing.within.get(collection) ?? new Map<Kind, number>();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    thing.within.set(collection, counts);
  }
}

function holderOf(collection: Collection, id: string, song: Readable): readonly [Collection, string] {
  const entity = song.get(collection, id) as Props | undefined;
  for (const [pointer, holder] of HOLDERS[collection] ?? []) {
    const to = entity?.[pointer];
    if (typeof to === "string" && song.get(holder, to) !== undefined) return holderOf(holder, to, song);
  }
  return [collection, id];
}

function told({ collection, id, own, entities, within }: Gathered, then: Readable, now: Readable): Change {
  const [was, is] = [then.get(collection, id) as Props | undefined, now.get(collection, id) as Props | undefined];
  const kind = own ?? "changed";
  const details = kind === "changed" ? [...propertiesInWords(collection, was ?? {}, is ?? {}, then, now), ...withinInWords(within)] : contentsInWords(within);
  const song = is === undefined ? then : now;
  return { key: `${collection}/${id}`, kind, what: `${NOUNS[collection][0]}${nameInWords(collection, id, is ?? was ?? {}, song)}`, details, entities, place: placeOf(collection, id, is ?? was ?? {}) };
}

function propertiesInWords(collection: Collection, was: Props, is: Props, then: Readable, now: Readable): string[] {
  return Object.keys(is).filter((name) => !isEqual(was[name], is[name])).map((name) => changeInWords(collection, name, [was[name], is[name]], then, now));
}

/** "3 notes added". */
function withinInWords(within: Gathered["within"]): string[] {
  return [...within].flatMap(([collection, counts]) => [...counts].map(([kind, count]) => `${counted(count, ...NOUNS[collection])} ${kind}`));
}

/** "3 notes": all of it came or went with what holds it. */
function contentsInWords(within: Gathered["within"]): string[] {
  return [...within].map(([collection, counts]) => counted([...counts.values()].reduce((sum, count) => sum + count, 0), ...NOUNS[collection]));
}

function nameInWords(collection: Collection, id: string, entity: Props, song: Readable): string {
  const ownName = textOf(nameOf(song, collection, id, entity["name"]));
  if (ownName !== "") return ` “${ownName}”`;
  if (collection === "notes" && typeof entity["key"] === "number") return ` ${keyInWords(entity["key"])}`;
  const track = textOf(song.get("tracks", String(entity["track"] ?? ""))?.name);
  return track === "" ? "" : ` in “${track}”`;
}

function placeOf(collection: Collection, id: string, entity: Props): Change["place"] {
  const track = collection === "tracks" ? id : typeof entity["track"] === "string" ? entity["track"] : undefined;
  const isOnTimeLine = typeof entity["time"] === "number" && entity["slot"] == null;
  const isOnIt = isOnTimeLine || collection === "tempo";
  if (!isOnIt && collection !== "tracks") return null;
  return { time: typeof entity["time"] === "number" ? entity["time"] : 0, ...(track !== undefined && { track }) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 60) : "";
}

function rankOf({ collection }: Gathered): number {
  const rank = RANK.indexOf(collection);
  return rank < 0 ? RANK.length : rank;
}

function timeOf({ place }: Change): number {
  return place?.time ?? 0;
}

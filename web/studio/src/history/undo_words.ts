/** What an undo or a redo did, in words; and what stays as it is, and who stands in the way. */

import type { Collection, Dropped, Op, Readable } from "@prime/client";

import { counted, joined } from "../../../pages/counted.js";
import type { Entry } from "./edit_list.js";
import { capital } from "../words/property_words.js";
import { doneWith, editInWords, NOUNS, purposeInWords, RANK, thingInWords } from "./edit_words.js";

/** Collection -> how many more there are than before; fewer: below 0. */
export type Grown = ReadonlyMap<Collection, number>;

/** How many there are of each collection. */
export function countsOf(song: Readable): Grown {
  return new Map(RANK.map((collection) => [collection, song.all(collection).size]));
}

/** Since `before` was counted. */
export function grownSince(before: Grown, song: Readable): Grown {
  return new Map([...countsOf(song)].map(([collection, count]) => [collection, count - (before.get(collection) ?? 0)]));
}

const DONE = { undo: "undone", redo: "redone" } as const;

/** So many people are named. */
const MOST_NAMED = 3;

interface TakenBack {
  /** The undo or redo itself. */
  readonly entry: Entry;
  /** What of it could not be done. */
  readonly dropped: readonly Dropped[];
  /** How many these are in all: of very many the first are named. */
  readonly droppedTotal: number;
  /** How many more, or fewer, of each collection the song had behind it. */
  readonly grown: Grown;
  /** Newest first; those that are not here are not told. */
  readonly entries: readonly Entry[];
}

/** "You undid #14: deleted 11 notes. Olle changed note C4 since, so it and clip “Lead” stay." */
export function takenBackInWords({ entry, dropped, droppedTotal, grown, entries }: TakenBack, song: Readable): string {
  const since = entries.filter(({ seq, member }) => seq > (entry.reverts ?? 0) && seq < entry.seq && member !== entry.member);
  const stays = staysInWords(dropped, droppedTotal, since, song);
  if (entry.total > 0) return `You ${sumsInWords(entry, grown) ?? editInWords(entry, song)}.${stays === "" ? "" : ` ${stays}`}`;
  const [nothing, next] = entry.purpose === "redo" ? ["Nothing was redone", "The next redo is about the step behind it."] : ["Nothing was undone", "The next undo is about the step before it."];
  return `${stays === "" ? `${nothing}: it is so already.` : `${nothing}. ${stays}`} ${next}`; // rule U10
}

/** "undid #41: deleted 8 tracks, 8 clips and 20000 notes"; null: the server has sent all of it, or what grew is not of it alone. */
function sumsInWords(entry: Entry, grown: Grown): string | null {
  if (entry.total === entry.ops.length) return null;
  const rest = entry.total - [...grown.values()].reduce((sum, count) => sum + Math.abs(count), 0);
  if (rest < 0 || rest === entry.total) return null;
  return purposeInWords(entry) + joined([...sumsOf(grown), ...(rest > 0 ? [`${rest} more`] : [])]);
}

/** "deleted 8 tracks", "8 clips", "added 3 notes". */
function sumsOf(grown: Grown): string[] {
  return ([["deleted", -1], ["added", 1]] as const).flatMap(([verb, sign]) => {
    const counts = RANK.map((collection) => [collection, (grown.get(collection) ?? 0) * sign] as const).filter(([, count]) => count > 0);
    return counts.map(([collection, count], at) => `${at === 0 ? `${verb} ` : ""}${counted(count, ...NOUNS[collection])}`);
  });
}

/** Where the server cannot say what an undo or a redo was about, or only a part of it: "Undone: deleted 8 tracks and 20000 notes." */
export function grownInWords(purpose: "undo" | "redo", grown: Grown): string {
  const sums = sumsOf(grown);
  return `${capital(DONE[purpose])}${sums.length === 0 ? "" : `: ${joined(sums)}`}.`;
}

/** Of what takes a while. */
export function underWayInWords(purpose: "undo" | "redo"): string {
  return `${purpose === "undo" ? "An undo" : "A redo"} is under way …`;
}

/** Of a file that goes in several steps. `name`: in quotes. */
export function moreInWords(name: string): string {
  return `More of ${name} is there: undo takes that back, too.`;
}

interface Thing {
  readonly col: Op["col"];
  readonly id: string;
  readonly props: ReadonlySet<string>;
}

/** `since`: edits of others, and of ours elsewhere, newest first. */
function staysInWords(dropped: readonly Dropped[], droppedTotal: number, since: readonly Entry[], song: Readable): string {
  const droppedThings = thingsOf(dropped);
  const [first] = droppedThings;
  if (first === undefined) return "";
  const changes = droppedThings.flatMap((thing) => changeOf(thing, since));
  const [change] = changes;
  const names = [...new Set(changes.map(({ who }) => who))];
  const peopleText = names.length > MOST_NAMED ? `${names.length} people` : names.join(" and ");
  if (droppedTotal > dropped.length) return `${peopleText === "" ? "Parts of it were changed" : `${peopleText} changed parts of it`} since, so ${droppedTotal} changes of it stay.`;
  if (change === undefined) return `${droppedThings.length === 1 ? `${capital(thingInWords(first.col, first.id, song))} was` : `${droppedThings.length} things of it were`} changed since, so ${droppedThings.length === 1 ? "it stays" : "they stay"}.`;
  const thingText = changes.length === 1 ? thingInWords(change.thing.col, change.thing.id, song) : manyInWords(changes.map(({ thing }) => thing));
  const others = droppedThings.filter((thing) => !changes.some((each) => each.thing === thing));
  const verb = changes.every(({ verb }) => verb === change.verb) ? change.verb : "changed";
  const it = changes.length === 1 ? "it" : "they";
  if (others.length === 0) return `${peopleText} ${verb} ${thingText} since, so ${it} ${verb === "deleted" ? (changes.length === 1 ? "is left" : "are left") : changes.length === 1 ? "stays" : "stay"}.`;
  const otherText = others.length === 1 ? thingInWords(others[0]!.col, others[0]!.id, song) : manyInWords(others);
  return `${peopleText} ${verb} ${thingText} since, so ${it} and ${otherText} stay.`;
}

function thingsOf(dropped: readonly Dropped[]): Thing[] {
  const thingByKey = new Map<string, Thing>();
  for (const { col = "", id = "", props = [] } of dropped) {
    if (!Object.hasOwn(NOUNS, col)) continue; // a server that is newer than this page
    thingByKey.set(id, { col: col as Op["col"], id, props: new Set([...(thingByKey.get(id)?.props ?? []), ...props]) });
  }
  return [...thingByKey.values()];
}

/** Who stands in the way of a thing, and what they did with it; none: it stays for what it holds. */
function changeOf(thing: Thing, since: readonly Entry[]): { readonly thing: Thing; readonly who: string; readonly verb: string }[] {
  for (const { user, ops } of since) {
    const op = ops.find((each) => each.id === thing.id && each.col === thing.col && isInTheWay(each, thing.props));
    if (op !== undefined) return [{ thing, who: (user.name || user.username || "Somebody").slice(0, 40), verb: doneWith(op) }];
  }
  return [];
}

function isInTheWay(op: Op, props: ReadonlySet<string>): boolean {
  if (op.op !== "set" || props.size === 0) return true;
  return Object.entries(op.props as object).some(([name, value]) => props.has(name) || (name === "params" && Object.keys(value as object).some((leaf) => props.has(`params/${leaf}`))));
}

function manyInWords(things: readonly Thing[]): string {
  const kinds = new Set(things.map(({ col }) => col));
  return kinds.size === 1 ? `${things.length} ${NOUNS[things[0]!.col][1]}` : `${things.length} things`;
}

/** What an undo or a redo did, in words; and what stays as it is, and who stands in the way. */

import type { Dropped, Op, Readable } from "@prime/client";

import type { Entry } from "./edit_list.js";
import { capital } from "../words/property_words.js";
import { doneWith, editInWords, NOUNS, thingInWords } from "./edit_words.js";

/** So many people are named. */
const MOST_NAMED = 3;

interface TakenBack {
  /** The undo or redo itself. */
  readonly entry: Entry;
  /** What of it could not be done. */
  readonly dropped: readonly Dropped[];
  /** How many these are in all: of very many the first are named. */
  readonly droppedTotal: number;
  /** Newest first; those that are not here are not told. */
  readonly entries: readonly Entry[];
}

/** "You undid #14: deleted 11 notes. Olle changed note C4 since, so it and clip “Lead” stay." */
export function takenBackInWords({ entry, dropped, droppedTotal, entries }: TakenBack, song: Readable): string {
  const since = entries.filter(({ seq, member }) => seq > (entry.reverts ?? 0) && seq < entry.seq && member !== entry.member);
  const stays = staysInWords(dropped, droppedTotal, since, song);
  if (entry.total > 0) return `You ${editInWords(entry, song)}.${stays === "" ? "" : ` ${stays}`}`;
  const [nothing, next] = entry.purpose === "redo" ? ["Nothing was redone", "The next redo is about the step behind it."] : ["Nothing was undone", "The next undo is about the step before it."];
  return `${stays === "" ? `${nothing}: it is so already.` : `${nothing}. ${stays}`} ${next}`; // rule U10
}

/** The undo or redo that was acknowledged as `seq`, as one: a large one is several entries (rule D14), of which the last alone has `reverts`. */
export function wholeGroup(seq: number, entries: readonly Entry[]): Entry | null {
  const last = entries.findIndex((each) => each.seq === seq);
  const entry = entries[last];
  if (entry === undefined) return null;
  const next = entries.findIndex((each, at) => at > last && !(each.member === entry.member && each.purpose === entry.purpose && each.reverts === null));
  const parts = entries.slice(last, next < 0 ? undefined : next).reverse();
  return { ...entry, ops: parts.flatMap(({ ops }) => ops), total: parts.reduce((sum, { total }) => sum + total, 0) };
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

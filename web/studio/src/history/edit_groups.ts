/** What was one change, as one: the history holds several entries of a large undo, redo or restore (rule D14), of a file that was brought in, of a key that was pressed quickly. */

import type { EditList, Entry } from "./edit_list.js";
import { isPartOfRestore, markOf } from "../edit_marks.js";

/** A change is looked for in so many more pages at most. */
const MOST_PAGES = 20;

/** Newest first, as `entries` are; each is where its newest part is. What its member did between two parts parts them, for that ends the step of undo (rule U5). */
export function groupsOf(entries: readonly Entry[]): Entry[] {
  return partsOf(entries).map(asOne);
}

/** The change whose last part has this seq, as one. */
export function wholeGroup(seq: number, entries: readonly Entry[]): Entry | null {
  return groupsOf(entries).find((each) => each.seq === seq) ?? null;
}

/** Asks for older edits until all parts of the change are here that has this seq. Returns whether they are: a very large one stays in part. */
export async function withAllParts(edits: EditList, seq: number): Promise<boolean> {
  for (let page = 0; mayGoOn(edits, seq); page += 1) {
    if (page === MOST_PAGES || edits.shown.value.failure !== null) return false;
    await edits.more();
  }
  return true;
}

/** Asks for older edits until there is one more change: a page may hold nothing but parts of one. */
export async function withMoreGroups(edits: EditList): Promise<void> {
  const { length } = groupsOf(edits.shown.value.entries);
  for (let page = 0; page < MOST_PAGES; page += 1) {
    await edits.more();
    const { entries, isWhole, failure } = edits.shown.value;
    if (isWhole || failure !== null || groupsOf(entries).length > length) return;
  }
}

/** Whether what is older than all that is here may belong to a change. */
function mayGoOn(edits: EditList, seq: number): boolean {
  const { entries, isWhole } = edits.shown.value;
  const oldest = entries.at(-1);
  if (isWhole || oldest === undefined) return false;
  return partsOf(entries).some((parts) => parts[0]!.seq === seq && parts.at(-1) === oldest && (isOfServer(oldest) || markOf(oldest.id) !== null));
}

/** Groups and their parts, newest first. */
function partsOf(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  const latest = new Map<string, Entry[]>();
  for (const entry of entries) {
    const newer = latest.get(entry.member);
    if (newer !== undefined && isBefore(entry, newer.at(-1)!)) newer.push(entry);
    else {
      const group = [entry];
      latest.set(entry.member, group);
      groups.push(group);
    }
  }
  return groups;
}

/** In one group. `next`: the one behind it of the same member. */
function isBefore(part: Entry, next: Entry): boolean {
  if (isOfServer(part)) return isPart(part) && part.seq === next.seq - 1 && part.purpose === next.purpose;
  const mark = markOf(part.id);
  return mark !== null && mark === markOf(next.id) && next.purpose === part.purpose;
}

/** Not the last of a group (rule U5). */
function isPart({ id, purpose, reverts }: Entry): boolean {
  return purpose === "restore" ? isPartOfRestore(id) : reverts === null;
}

function isOfServer({ purpose }: Entry): boolean {
  return purpose !== "edit";
}

function asOne(parts: readonly Entry[]): Entry {
  const [last] = parts as [Entry];
  if (parts.length === 1) return last;
  const inOrder = [...parts].reverse();
  return { ...last, ops: inOrder.flatMap(({ ops }) => ops), total: inOrder.reduce((sum, { total }) => sum + total, 0) };
}

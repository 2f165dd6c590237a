/** A large undo or redo as the one change that it is: the history holds several entries of it (rule D14). */

import type { Entry } from "./edit_list.js";

/** Newest first, as `entries` are. Of the parts of a group the newest alone has `reverts`. */
export function groupsOf(entries: readonly Entry[]): Entry[] {
  const groups: Entry[][] = [];
  for (const entry of entries) {
    const newer = groups.at(-1);
    if (newer !== undefined && isBefore(entry, newer.at(-1)!)) newer.push(entry);
    else groups.push([entry]);
  }
  return groups.map(asOne);
}

/** The undo or redo that was acknowledged as `seq`, as one. */
export function wholeGroup(seq: number, entries: readonly Entry[]): Entry | null {
  return groupsOf(entries).find((each) => each.seq === seq) ?? null;
}

/** In one group. */
function isBefore(part: Entry, next: Entry): boolean {
  const isTakenBack = part.purpose === "undo" || part.purpose === "redo";
  return isTakenBack && part.reverts === null && part.seq === next.seq - 1 && part.member === next.member && part.purpose === next.purpose;
}

function asOne(parts: readonly Entry[]): Entry {
  const [last] = parts as [Entry];
  if (parts.length === 1) return last;
  const inOrder = [...parts].reverse();
  return { ...last, ops: inOrder.flatMap(({ ops }) => ops), total: inOrder.reduce((sum, { total }) => sum + total, 0) };
}

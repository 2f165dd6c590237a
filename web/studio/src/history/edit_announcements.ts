/** What others did, gathered to a sentence for screen readers. */

import type { Readable } from "@prime/client";

import { groupsOf } from "./edit_groups.js";
import type { Entry } from "./edit_list.js";
import { editInWords } from "./edit_words.js";

/** More people than so many are counted only. */
const MOST_NAMED = 3;

/** "Ada changed clip “Lead”. Ben made 4 edits."; "": nothing. `entries`: newest first; ours (`user`) are left out, for we know them. */
export function gatheredInWords(entries: readonly Entry[], user: string | null, song: Readable): string {
  const byUser = new Map<string, Entry[]>();
  for (const entry of groupsOf(entries)) if (entry.user.id !== user) byUser.set(entry.user.id, [...(byUser.get(entry.user.id) ?? []), entry]);
  const sentences = [...byUser.values()].slice(0, MOST_NAMED).map((theirs) => {
    const { name, username } = theirs[0]!.user;
    const userName = (name || username || "Somebody").slice(0, 40);
    return theirs.length === 1 ? `${userName} ${editInWords(theirs[0]!, song)}.` : `${userName} made ${theirs.length} edits.`;
  });
  const unnamedCount = byUser.size - sentences.length;
  return [...sentences, ...(unnamedCount > 0 ? [`${unnamedCount} more edited.`] : [])].join(" ");
}

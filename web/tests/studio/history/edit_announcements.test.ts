import assert from "node:assert/strict";
import { test } from "node:test";

import { gatheredInWords } from "../../../studio/src/history/edit_announcements.js";
import type { Entry } from "../../../studio/src/history/edit_list.js";
import { songOf, TWO_TRACKS } from "../song.js";

const SONG = songOf({ ...TWO_TRACKS, tracks: { t1: { name: "Lead", parent: null, order: "a0" } } });

function edit(user: string, seq: number): Entry {
  const op = { op: "set", col: "tracks", id: "t1", props: { color: null } };
  return { seq, ops: [op], total: 1, color: null, user: { id: user, username: user, name: user }, at: "", purpose: "edit", reverts: null } as unknown as Entry;
}

test("one edit is told, many are counted, and ours are left out", () => {
  assert.equal(gatheredInWords([edit("Ada", 3), edit("Ben", 2), edit("Ben", 1), edit("me", 0)], "me", SONG), "Ada changed track “Lead”: no colour. Ben made 2 edits.");
  assert.equal(gatheredInWords([edit("me", 0)], "me", SONG), "");
  assert.match(gatheredInWords(["a", "b", "c", "d", "e"].map(edit), null, SONG), /2 more edited\.$/);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { comingsInWords, gatheredInWords } from "../../../studio/src/app/edit_announcements.js";
import type { Entry } from "../../../studio/src/history/history_feed.js";
import { songOf, TWO_TRACKS } from "../arrangement/song.js";

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

test("who came and who left is told by name, and a crowd is counted", () => {
  assert.equal(comingsInWords(new Map([["1", "Ada"]]), new Map([["2", "Ben"], ["3", "Cleo"]])), "Ben and Cleo are here. Ada has left.");
  assert.equal(comingsInWords(new Map(), new Map(["a", "b", "c", "d"].map((name) => [name, name]))), "4 people are here.");
  assert.equal(comingsInWords(new Map(), new Map()), "");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { missedInWords } from "../../../studio/src/history/missed_edits.js";
import type { Entry } from "../../../studio/src/history/edit_list.js";
import { songOf, TWO_TRACKS } from "../song.js";

const SONG = songOf(TWO_TRACKS);

function edit(user: string, seq: number): Entry {
  const ops = [{ op: "set", col: "clips", id: "c1", props: { time: 46 } }];
  return { seq, user: { id: user, name: user, username: "" }, purpose: "edit", reverts: null, ops, total: 1 } as unknown as Entry;
}

test("what the others edited while we were not here is told by person, and nothing of before or of ours", () => {
  const entries = [edit("me", 9), edit("Ben", 8), edit("Ben", 7), edit("Ada", 6), edit("Cleo", 5)];
  assert.equal(missedInWords(entries, 5, "me", SONG), "Ben made 2 edits. Ada moved clip in “One” to 12.3.");
  assert.equal(missedInWords(entries, 8, "me", SONG), "");
  assert.equal(missedInWords([], 5, "me", SONG), "");
});

test("what is older than the edits that are known is counted", () => {
  const entries = [edit("Ben", 9), edit("Ben", 8)];
  assert.equal(missedInWords(entries, 5, "me", SONG), "Ben made 2 edits. And 2 edits before that.");
  assert.equal(missedInWords(entries, 6, "me", SONG), "Ben made 2 edits. And 1 edit before that.");
  assert.equal(missedInWords(entries, 7, "me", SONG), "Ben made 2 edits.");
});

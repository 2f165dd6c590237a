import assert from "node:assert/strict";
import { test } from "node:test";

import { archivedInWords, goneInWords, leftInWords, noEditsInWords, roleInWords } from "../../../studio/src/people/own_place_words.js";

test("who is put out or given another role is told so", () => {
  assert.match(leftInWords({ code: "access_revoked", message: "" }), /no member/);
  assert.equal(leftInWords({ code: "kicked", message: "We close at ten." }), "We close at ten.");
  assert.match(leftInWords({ code: "unheard_of", message: "" }), /unheard_of/);
  assert.equal(goneInWords("Song"), "You have left Song.");
  assert.match(roleInWords("viewer"), /not edit/);
  assert.match(roleInWords("editor"), /you may edit/);
  assert.match(archivedInWords(true, "owner"), /bring it back in the list/);
  assert.match(archivedInWords(false, "editor"), /can be edited again/);
  assert.match(roleInWords("something new"), /not edit/);
});

test("why no edits are taken is told by what comes first", () => {
  const over = { name: "over", reason: "session_revoked" } as const;
  const all = { seq: 3, role: "viewer", isArchived: true, over };
  assert.match(noEditsInWords(all), /You were logged out/);
  assert.match(noEditsInWords({ ...all, over: null }), /after edit 3/);
  assert.match(noEditsInWords({ ...all, over: null, seq: null }), /archived.* an owner can bring it back/);
  assert.match(noEditsInWords({ ...all, over: null, seq: null, isArchived: false }), /You are viewer/);
});

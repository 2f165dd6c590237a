import assert from "node:assert/strict";
import { test } from "node:test";

import { goneInWords, leftInWords, roleInWords } from "../../../studio/src/people/own_place_words.js";

test("who is put out or given another role is told so", () => {
  assert.match(leftInWords({ code: "access_revoked", message: "" }), /no member/);
  assert.equal(leftInWords({ code: "kicked", message: "We close at ten." }), "We close at ten.");
  assert.match(leftInWords({ code: "unheard_of", message: "" }), /unheard_of/);
  assert.equal(goneInWords("Song"), "You have left Song.");
  assert.match(roleInWords("viewer"), /not edit/);
  assert.match(roleInWords("editor"), /you may edit/);
  assert.match(roleInWords("something new"), /not edit/);
});

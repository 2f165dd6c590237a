import assert from "node:assert/strict";
import { test } from "node:test";

import { comingsInWords } from "../../../studio/src/people/coming_announcements.js";

test("who came and who left is told by name, and a crowd is counted", () => {
  assert.equal(comingsInWords(new Map([["1", "Ada"]]), new Map([["2", "Ben"], ["3", "Cleo"]])), "Ben and Cleo are here. Ada has left.");
  assert.equal(comingsInWords(new Map(), new Map(["a", "b", "c", "d"].map((name) => [name, name]))), "4 people are here.");
  assert.equal(comingsInWords(new Map(), new Map()), "");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { initials } from "../../../studio/src/people/initials.js";

test("initials are two letters of any script", () => {
  assert.deepEqual(["Ada Lovelace", "ben", "  ", "𝕏 y", "李"].map(initials), ["AL", "BE", "?", "𝕏Y", "李"]);
  assert.deepEqual(["Ada (2)", "Ada Lovelace (12)", "(2)"].map(initials), ["A2", "A12", "(2"], "and say who of several of one name");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { isolated } from "../../../studio/src/canvas/letters.js";

test("a name of somebody else is cut, and turns nothing around", () => {
  const shown = isolated("\u202Eabc\u2069\n" + "x".repeat(10_000));
  assert.ok(shown.length < 100);
  assert.equal(/[\u202e\n]/.test(shown), false);
  assert.equal(shown.split("\u2069").length, 2);
});

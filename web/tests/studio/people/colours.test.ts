import assert from "node:assert/strict";
import { test } from "node:test";

import { safeColour } from "../../../studio/src/people/colours.js";

test("no colour but six digits gets into a style", () => {
  assert.equal(safeColour("#4cc3b0"), "#4cc3b0");
  for (const hostile of ["red;background:url(x)", "#fff", "", "#4cc3b0 url(x)"]) assert.match(safeColour(hostile), /^#[0-9a-f]{6}$/);
});

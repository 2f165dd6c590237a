import assert from "node:assert/strict";
import { test } from "node:test";

import { GRIDS, gridOf, snapped } from "../../../studio/src/timeline/grid.js";

test("by zoom the grid is as fine as can be seen; chosen, it is what was chosen", () => {
  assert.deepEqual([0.01, 2, 10, 20, 200, 2_000].map((scale) => gridOf("zoom", scale)), [4, 4, 1, 1 / 2, 1 / 16, 1 / 16]);
  for (const [grid] of GRIDS) if (grid !== "zoom") assert.equal(gridOf(grid, 1), grid);
});

test("a time snaps to the grid, and is never before the first beat", () => {
  assert.equal(snapped(3.37, 0.25), 3.25);
  assert.equal(snapped(3.37, 0), 3.37);
  assert.equal(snapped(-1, 0.25), 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { GRIDS, gridOf } from "../../../studio/src/timeline/grid.js";

test("by zoom the grid is as fine as can be seen; chosen, it is what was chosen", () => {
  assert.deepEqual([0.01, 2, 10, 20, 200, 2_000].map((scale) => gridOf("zoom", scale)), [4, 4, 1, 1 / 2, 1 / 16, 1 / 16]);
  for (const [grid] of GRIDS) if (grid !== "zoom") assert.equal(gridOf(grid, 1), grid);
});

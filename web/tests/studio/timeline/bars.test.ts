import assert from "node:assert/strict";
import { test } from "node:test";

import { barStart, nextBar } from "../../../studio/src/timeline/bars.js";

test("bars are counted from the beginning of the signature that holds", () => {
  const signatures = [{ time: 0, num: 4, den: 4 }, { time: 16, num: 7, den: 8 }];
  assert.deepEqual([barStart(signatures, 7), barStart(signatures, 8), barStart(signatures, 16), barStart(signatures, 19.4), barStart(signatures, 19.5)], [4, 8, 16, 16, 19.5]);
});

test("the next bar is where the song is, if a bar begins there, and no later than the next signature", () => {
  const signatures = [{ time: 0, num: 4, den: 4 }, { time: 6, num: 3, den: 4 }];
  assert.deepEqual([0, 0.1, 4, 5, 6, 7].map((time) => nextBar(signatures, time)), [0, 4, 4, 6, 6, 9]);
});

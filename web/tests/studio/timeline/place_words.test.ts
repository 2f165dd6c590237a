import assert from "node:assert/strict";
import { test } from "node:test";

import { placeExactly, placeInNumbers, placeInWords } from "../../../studio/src/timeline/place_words.js";

const SIGNATURES = [{ time: 0, num: 4, den: 4 }, { time: 8, num: 6, den: 8 }];

test("a beat is told as bar and beat of its own signature", () => {
  assert.equal(placeInWords(SIGNATURES, 0), "bar 1, beat 1");
  assert.equal(placeInWords(SIGNATURES, 7.5), "bar 2, beat 4");
  assert.equal(placeInWords(SIGNATURES, 8.5), "bar 3, beat 2");
  assert.equal(placeInNumbers(SIGNATURES, 11), "4.1");
});

test("what lies within a beat is told by its sixteenth, and by hundredths of one", () => {
  const signatures = [{ time: 0, num: 3, den: 4 }, { time: 6, num: 6, den: 8 }];
  assert.deepEqual([0, 0.25, 4.75, 2.99999, 6.5, 6.75, 1.125].map((time) => placeExactly(signatures, time)), ["1.1", "1.1.2", "2.2.4", "2.1", "3.2", "3.2.2", "1.2.1.50"]);
});

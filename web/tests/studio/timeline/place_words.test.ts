import assert from "node:assert/strict";
import { test } from "node:test";

import { placeInNumbers, placeInWords } from "../../../studio/src/timeline/place_words.js";

const SIGNATURES = [{ time: 0, num: 4, den: 4 }, { time: 8, num: 6, den: 8 }];

test("a beat is told as bar and beat of its own signature", () => {
  assert.equal(placeInWords(SIGNATURES, 0), "bar 1, beat 1");
  assert.equal(placeInWords(SIGNATURES, 7.5), "bar 2, beat 4");
  assert.equal(placeInWords(SIGNATURES, 8.5), "bar 3, beat 2");
  assert.equal(placeInNumbers(SIGNATURES, 11), "4.1");
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Bursts } from "../../../studio/src/keys/bursts.js";

test("presses of one key on the same things in quick succession are one step of undo", () => {
  const bursts = new Bursts();
  const [first, second, third] = [0, 400, 900].map((now) => bursts.stepOf("later c1", now));
  assert.equal(first, second);
  assert.equal(second, third);
});

test("a later press, another key and other things are steps of their own", () => {
  const bursts = new Bursts();
  const steps = [
    bursts.stepOf("later c1", 0), bursts.stepOf("later c1", 1_500), bursts.stepOf("a little later c1", 1_600),
    bursts.stepOf("later c2", 1_700), bursts.stepOf("later c1", 1_800),
  ];
  assert.equal(new Set(steps).size, steps.length);
});

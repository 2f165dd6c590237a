import assert from "node:assert/strict";
import { test } from "node:test";

import { newId } from "@prime/client";

import { markOf } from "../../../studio/src/edit_marks.js";
import { Bursts } from "../../../studio/src/keys/bursts.js";

test("presses of one key on the same things in quick succession are one step of undo", () => {
  const bursts = new Bursts();
  const [first, second, third] = [0, 400, 900].map((now) => bursts.ofPress("later c1", now));
  assert.deepEqual(first, second);
  assert.deepEqual(second, third);
  assert.equal(markOf(`${first!.mark}-${newId()}`), first!.step, "and one line of the history");
});

test("a later press, another key and other things are steps of their own", () => {
  const bursts = new Bursts();
  const steps = [
    bursts.ofPress("later c1", 0), bursts.ofPress("later c1", 1_500), bursts.ofPress("a little later c1", 1_600),
    bursts.ofPress("later c2", 1_700), bursts.ofPress("later c1", 1_800),
  ];
  assert.equal(new Set(steps.map(({ step }) => step)).size, steps.length);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { shownDigest, total } from "../../sdk/src/copy/digest.js";
import { SteppedDigest } from "../../sdk/src/copy/stepped_digest.js";
import { apply, stateOf } from "../../sdk/src/copy/state.js";

test("a sum that is counted later is that of the state as it was, whatever is edited meanwhile", () => {
  const markers = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`marker_${at}`, { time: at, name: "A", color: null }]));
  const state = stateOf({ markers, channels: { ch_master: { name: "Master", volume: 1 } }, clips: {} });
  const before = shownDigest(total(state));
  const later = new SteppedDigest(state, { seq: 7, digest: before });
  let steps = 0;
  let digest: string | null = null;
  for (; digest === null; steps += 1) {
    digest = later.count(10);
    apply(state, { op: "set", col: "markers", id: `marker_${steps}`, props: { name: "B" } });
    apply(state, { op: "delete", col: "markers", id: `marker_${99 - steps}` });
  }
  assert.equal(steps, 11);
  assert.equal(digest, before);
  assert.notEqual(shownDigest(total(state)), before);
});

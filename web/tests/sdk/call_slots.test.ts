import assert from "node:assert/strict";
import { test } from "node:test";

import { CallSlots } from "../../sdk/src/connecting/call_slots.js";

test("so many at once, the others in order, whatever becomes of those before them", async () => {
  const turns = new CallSlots(2);
  const begun: number[] = [];
  const ends: ((failed: boolean) => void)[] = [];
  const all = Array.from({ length: 5 }, (_, n) => turns.in(() => {
    begun.push(n);
    return new Promise<number>((done, fail) => { ends[n] = (failed) => (failed ? fail(new Error("refused")) : done(n)); });
  }));
  assert.deepEqual(begun, [0, 1]);
  ends[1]!(true);
  await assert.rejects(all[1]!);
  assert.deepEqual(begun, [0, 1, 2]);
  for (const n of [0, 2]) ends[n]!(false);
  await Promise.all([all[0], all[2]]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  for (const n of [3, 4]) ends[n]!(false);
  assert.deepEqual(await Promise.all([all[3], all[4]]), [3, 4]);
  assert.equal(await turns.in(async () => 9), 9);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { IdleWork } from "../../sdk/src/room/idle_work.js";

test("work is done in slices, and others come between two of them", (context) => {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let left = 10;
  const work = new IdleWork(() => {
    now += 1;
    left -= 1;
    return left > 0;
  });
  work.begin();
  work.begin();
  assert.equal(left, 10, "not at once");
  context.mock.timers.tick(1);
  assert.equal(left, 6, "for some milliseconds");
  work.stop();
  context.mock.timers.tick(1);
  assert.equal(left, 6);
  work.begin();
  context.mock.timers.tick(1);
  context.mock.timers.tick(1);
  assert.equal(left, 0);
  context.mock.timers.tick(1);
  assert.equal(left, 0);
});

test("in a browser it waits for an idle moment, though not for ever", (context) => {
  const asked: { run: () => void; timeout: number }[] = [];
  Object.assign(globalThis, { requestIdleCallback: (run: () => void, { timeout }: { timeout: number }) => asked.push({ run, timeout }), cancelIdleCallback: () => {} });
  context.after(() => { for (const name of ["requestIdleCallback", "cancelIdleCallback"]) Reflect.deleteProperty(globalThis, name); });
  let isDone = false;
  new IdleWork(() => { isDone = true; return false; }).begin();
  assert.equal(isDone, false);
  assert.ok(asked[0]!.timeout > 0);
  asked[0]!.run();
  assert.equal(isDone, true);
});

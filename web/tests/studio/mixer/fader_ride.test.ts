import assert from "node:assert/strict";
import { mock, test } from "node:test";

import type { Room } from "@prime/client";
import { FaderRide } from "../../../studio/src/mixer/fader_ride.js";

function ridden(): { ride: FaderRide; done: unknown[] } {
  const done: unknown[] = [];
  const room = {
    gesture: () => ({ set: (_col: string, _id: string, props: object) => done.push(props), end: () => done.push("end"), cancel: () => done.push("cancel") }),
    edit: (_change: unknown, { step }: { step: string }) => done.push(step),
  } as unknown as Room;
  return { ride: new FaderRide(room, "channels", "c", "volume"), done };
}

test("a ride is one gesture, and a press without a move is none", () => {
  const { ride, done } = ridden();
  ride.begin();
  ride.to(0.5);
  ride.to(0.6);
  ride.end();
  ride.begin();
  ride.end();
  ride.to(1);
  assert.deepEqual(done, [{ volume: 0.5 }, { volume: 0.6 }, "end", "cancel"]);
});

test("turns of the wheel are one ride, which ends once the wheel rests", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { ride, done } = ridden();
  const rested = mock.fn();
  ride.glide(0.5, rested);
  mock.timers.tick(300);
  ride.glide(0.6, rested);
  mock.timers.tick(300);
  assert.deepEqual([done.includes("end"), rested.mock.callCount()], [false, 0]);
  mock.timers.tick(200);
  assert.deepEqual(done, [{ volume: 0.5 }, { volume: 0.6 }, "end"]);
  assert.equal(rested.mock.callCount(), 1);
  mock.timers.reset();
});

test("keys in a row share a step, and a later one has its own", () => {
  const { ride, done } = ridden();
  ride.set(0.5, 0);
  ride.set(0.6, 800);
  ride.set(0.7, 1_700);
  ride.set(0.8, 9_000);
  assert.equal(done[0], done[1]);
  assert.equal(done[1], done[2]);
  assert.notEqual(done[2], done[3]);
});
